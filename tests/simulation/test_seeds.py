"""The seeds that are played in every test run; `python -m tests.simulation` plays any number of others."""

import pytest

from tests.simulation.arena import Arena
from tests.simulation.playing import play
from tests.simulation.replaying import told

SEEDS_IN_A_CHUNK = 10
CHUNKS = 20


def assert_all_well(arena: Arena, seeds: range) -> None:
    reports = [play(seed, arena) for seed in seeds]
    failed = [told(report, arena.kind) for report in reports if report.violation]
    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_happens_the_books_agree_in_the_end(sqlite_arena: Arena, chunk: int) -> None:
    first = 1 + chunk * SEEDS_IN_A_CHUNK
    assert_all_well(sqlite_arena, range(first, first + SEEDS_IN_A_CHUNK))


def test_whatever_happens_the_books_agree_on_postgresql_too(postgres_arena: Arena) -> None:
    assert_all_well(postgres_arena, range(1, 1 + SEEDS_IN_A_CHUNK))
