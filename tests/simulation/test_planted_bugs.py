"""The oracle cries: each planted mistake is found within a few seeds, and by what it does wrong."""

import pytest

from tests.simulation.arena import Arena
from tests.simulation.bugs import BUGS, Bug
from tests.simulation.playing import Focus, Report, play

MOST_SEEDS = 60


def first_cry(arena: Arena, focus: Focus | None) -> Report | None:
    reports = (play(seed, arena, focus) for seed in range(1, 1 + MOST_SEEDS))
    return next((report for report in reports if report.violation), None)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_mistake_is_found_soon(
    sqlite_arena: Arena, monkeypatch: pytest.MonkeyPatch, bug: Bug
) -> None:
    bug.plant(monkeypatch)
    report = first_cry(sqlite_arena, bug.focus)
    assert report is not None, f"{bug.name} was not found in {MOST_SEEDS} seeds"
    assert any(words in str(report.violation) for words in bug.gives_away), str(report)
