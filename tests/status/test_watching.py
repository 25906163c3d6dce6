"""When the machine opens an incident and when it takes it for over."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.status.rules import SystemStatus
from app.status.watching import CLOSE_AFTER, OPEN_AFTER, Run, Step, continued, next_step

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
S = SystemStatus
MEASURED = st.sampled_from(
    [S.OPERATIONAL, S.DEGRADED_PERFORMANCE, S.PARTIAL_OUTAGE, S.MAJOR_OUTAGE]
)
Seen = tuple[datetime, SystemStatus, Step]


def watch(statuses: list[SystemStatus], every: timedelta = MINUTE) -> list[Seen]:
    """What each of a row of looks found, and what followed from it."""
    seen: list[Seen] = []
    run: Run | None = None
    is_open = False
    for number, status in enumerate(statuses):
        now = NOON + number * every
        run = continued(run, status, now)
        step = next_step(run, status, now, is_open=is_open)
        is_open = (is_open or step is Step.OPEN) and step is not Step.CLOSE
        seen.append((now, status, step))
    return seen


def steps(statuses: list[SystemStatus]) -> list[Step]:
    return [step for _, _, step in watch(statuses)]


@pytest.mark.parametrize("status", [S.PARTIAL_OUTAGE, S.MAJOR_OUTAGE])
def test_an_outage_opens_one_at_once(status: SystemStatus) -> None:
    assert steps([status, status]) == [Step.OPEN, Step.NONE]


def test_a_smaller_trouble_opens_one_when_it_lasts() -> None:
    bad = S.DEGRADED_PERFORMANCE

    assert steps([bad, bad, bad]) == [Step.NONE, Step.NONE, Step.OPEN]
    assert steps([bad, S.OPERATIONAL, bad, bad]) == [Step.NONE] * 4
    assert steps([bad, S.MAJOR_OUTAGE]) == [Step.NONE, Step.OPEN]


def test_ten_good_minutes_close_it_and_one_bad_look_begins_them_again() -> None:
    good = [S.OPERATIONAL] * 10

    assert steps([S.MAJOR_OUTAGE, *good]) == [Step.OPEN] + [Step.NONE] * 10
    assert steps([S.MAJOR_OUTAGE, *good, S.OPERATIONAL])[-1] is Step.CLOSE
    assert Step.CLOSE not in steps([S.MAJOR_OUTAGE, *good, S.DEGRADED_PERFORMANCE, *good])


@given(st.lists(MEASURED, max_size=80), st.integers(20, 300))
def test_it_opens_and_closes_by_turns_and_never_without_a_reason(
    statuses: list[SystemStatus], seconds: int
) -> None:
    seen = watch(statuses, timedelta(seconds=seconds))
    turns = [(at, step) for at, _, step in seen if step is not Step.NONE]

    assert [step for _, step in turns] == [Step.OPEN, Step.CLOSE] * (len(turns) // 2) + [
        Step.OPEN
    ] * (len(turns) % 2)
    for at, step in turns:
        if step is Step.CLOSE:
            before = [status for then, status, _ in seen if at - CLOSE_AFTER <= then <= at]
            assert set(before) == {S.OPERATIONAL}
        else:
            status = next(status for then, status, _ in seen if then == at)
            lasting = [it for then, it, _ in seen if at - OPEN_AFTER <= then <= at]
            assert status in (S.PARTIAL_OUTAGE, S.MAJOR_OUTAGE) or S.OPERATIONAL not in lasting
    assert all(
        later - one >= CLOSE_AFTER for (one, _), (later, to) in pairwise(turns) if to is Step.CLOSE
    )


@given(st.lists(st.sampled_from([[S.MAJOR_OUTAGE], [S.OPERATIONAL] * 9]), min_size=2, max_size=12))
def test_what_flickers_is_one_incident(rounds: list[list[SystemStatus]]) -> None:
    looks = [status for found in rounds for status in [*found, S.PARTIAL_OUTAGE]]

    assert steps(looks).count(Step.OPEN) == 1
    assert Step.CLOSE not in steps(looks)
