"""Where a clock stands after its events, compared with somebody who sits beside it and counts open minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.support.calendar.hours import BusinessCalendar, Opening
from app.support.clocks.reckoning import Clock, ClockEvent, read_clock
from app.support.clocks.rules import (
    DEADLINE,
    MARKS,
    WARNING,
    ClockEventType,
    ClockKind,
    ClockStatus,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
OFFICE = BusinessCalendar(
    ZoneInfo("UTC"),
    {day: [Opening(9 * HOUR, 12 * HOUR), Opening(13 * HOUR, 17 * HOUR)] for day in range(5)},
)
E = ClockEventType


def read(*events: ClockEvent, kind: ClockKind = ClockKind.RESOLUTION) -> Clock:
    clock = read_clock(kind, OFFICE, events)
    assert clock is not None
    return clock


def start(at: datetime, target: timedelta, due_at: datetime | None = None) -> ClockEvent:
    return ClockEvent(E.START, at, target, due_at)


def test_a_clock_that_runs_is_due_when_its_open_time_is_over():
    clock = read(start(MONDAY + 11 * HOUR, 3 * HOUR))

    assert clock.due_at == MONDAY + 15 * HOUR
    assert clock.reaches(WARNING) == MONDAY + 14 * HOUR + 15 * MINUTE
    assert clock.reaches(MARKS[2]) == MONDAY + 16 * HOUR + 30 * MINUTE


def test_a_clock_that_waits_is_not_due_and_takes_up_where_it_stopped():
    events = [start(MONDAY + 9 * HOUR, 2 * HOUR), ClockEvent(E.PAUSE, MONDAY + 10 * HOUR)]
    waiting = read(*events)
    again = read(*events, ClockEvent(E.RESUME, MONDAY + 16 * HOUR + 30 * MINUTE))

    assert (waiting.status, waiting.due_at) == (ClockStatus.PAUSED, None)
    assert waiting.elapsed(MONDAY + 99 * HOUR) == HOUR
    assert again.due_at == MONDAY + timedelta(days=1) + 9 * HOUR + 30 * MINUTE


def test_a_deadline_that_passed_stays_where_it_was_after_a_pause():
    missed = MONDAY + 10 * HOUR
    clock = read(
        start(MONDAY + 9 * HOUR, HOUR),
        ClockEvent(E.MISSED, missed),
        ClockEvent(E.PAUSE, MONDAY + 11 * HOUR),
        ClockEvent(E.RESUME, MONDAY + 14 * HOUR),
    )

    assert clock.due_at == missed
    assert clock.passed(DEADLINE, missed)
    # 60 of 90 minutes had run at 10:00, and 30 more until it was paused at 11:00.
    assert clock.reaches(MARKS[2]) == MONDAY + 14 * HOUR


def test_a_promise_is_due_at_its_very_minute_though_nobody_is_there():
    at_night = MONDAY + 22 * HOUR
    clock = read(start(MONDAY + 9 * HOUR, 7 * HOUR, at_night), kind=ClockKind.PROMISE)

    assert clock.due_at == at_night
    assert clock.reaches(WARNING) == MONDAY + 15 * HOUR + 15 * MINUTE
    assert clock.reaches(MARKS[2]) == MONDAY + timedelta(days=1) + 13 * HOUR + 30 * MINUTE


def test_a_promise_between_two_openings_is_not_warned_about_after_it_is_due():
    due = MONDAY + 12 * HOUR + 30 * MINUTE
    clock = read(start(MONDAY + 12 * HOUR, timedelta(0), due), kind=ClockKind.PROMISE)

    assert [at for at, _ in clock.next_marks()] == sorted(at for at, _ in clock.next_marks())
    assert clock.reaches(WARNING) == due


def test_marks_that_are_written_down_are_not_due_again():
    clock = read(start(MONDAY + 9 * HOUR, HOUR), ClockEvent(E.WARNED, MONDAY + 10 * HOUR))

    assert [mark.percent for _, mark in clock.next_marks()] == [100, 150]


def test_a_new_start_forgets_what_ran_and_what_was_missed():
    clock = read(
        start(MONDAY + 9 * HOUR, HOUR),
        ClockEvent(E.MISSED, MONDAY + 10 * HOUR),
        ClockEvent(E.MET, MONDAY + 11 * HOUR),
        start(MONDAY + 13 * HOUR, 2 * HOUR),
    )

    assert clock.due_at == MONDAY + 15 * HOUR
    assert not clock.passed(DEADLINE, MONDAY + 14 * HOUR)


def test_without_a_start_there_is_no_clock():
    assert read_clock(ClockKind.RESOLUTION, OFFICE, []) is None


steps = st.lists(
    st.tuples(st.sampled_from([E.PAUSE, E.RESUME, E.MET, E.WARNED]), st.integers(1, 2 * 24 * 60)),
    max_size=8,
)


@given(st.integers(0, 7 * 24 * 60), st.integers(0, 20 * 60), steps)
def test_it_agrees_with_somebody_who_counts_open_minutes(
    begins: int, target: int, drawn: Sequence[tuple[ClockEventType, int]]
):
    events = [start(MONDAY + begins * MINUTE, target * MINUTE)]
    for kind, later in drawn:
        events.append(ClockEvent(kind, events[-1].at + later * MINUTE))
    running, ran = _count(events)
    clock = read(*events)

    assert clock.elapsed(events[-1].at) == ran * MINUTE
    if not running:
        assert clock.due_at is None
    elif ran < target:
        assert clock.due_at == _when_run(events[-1].at, target - ran)
    else:
        assert clock.due_at is not None
        assert clock.passed(DEADLINE, OFFICE.add(events[-1].at, timedelta(0)))


def _count(events: Sequence[ClockEvent]) -> tuple[bool, int]:
    """Whether the clock runs after its events, and how many open minutes it ran."""
    running, ran, at = True, 0, events[0].at
    for event in events[1:]:
        while at < event.at:
            ran += running and OFFICE.is_open(at)
            at += MINUTE
        if event.type is E.MET:
            return False, ran
        running = {E.PAUSE: False, E.RESUME: True}.get(event.type, running)
    return running, ran


def _when_run(at: datetime, minutes: int) -> datetime:
    """The moment at which so many more open minutes are over."""
    while minutes:
        minutes -= OFFICE.is_open(at)
        at += MINUTE
    return at
