"""From a clock's events to where it stands: what has run, when it is due, which mark comes next. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from app.support.calendar.hours import BusinessCalendar
from app.support.clocks.rules import (
    DEADLINE,
    MARKS,
    OVER,
    ClockEventType,
    ClockKind,
    ClockStatus,
    Mark,
)

_ZERO: Final = timedelta(0)


LEADS_TO: Final = {
    ClockEventType.RESUME: ClockStatus.RUNNING,
    ClockEventType.PAUSE: ClockStatus.PAUSED,
    ClockEventType.MET: ClockStatus.MET,
    ClockEventType.CANCELLED: ClockStatus.CANCELLED,
}

ALLOWED: Final[dict[ClockEventType, frozenset[ClockStatus]]] = {
    ClockEventType.PAUSE: frozenset({ClockStatus.RUNNING}),
    ClockEventType.RESUME: frozenset({ClockStatus.PAUSED}),
    ClockEventType.MET: frozenset(set(ClockStatus) - OVER),
    ClockEventType.CANCELLED: frozenset(set(ClockStatus) - OVER),
}
"""In which states of a clock an event means something; elsewhere nothing is written down."""


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """Something that happened to a clock. A `start` brings its `target`, that of a promise its `due_at` too."""

    type: ClockEventType
    at: datetime
    target: timedelta | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a clock stands after its events. `seen`: the marks that are written down, and when they were passed.

    `ran` is open time up to `running_since` or, where it stands still, in all.
    """

    kind: ClockKind
    calendar: BusinessCalendar
    target: timedelta
    promised_at: datetime | None
    status: ClockStatus
    ran: timedelta
    running_since: datetime | None
    seen: Mapping[ClockEventType, datetime] = field(default_factory=dict)

    @property
    def due_at(self) -> datetime | None:
        """The deadline, also one that is past; None while the clock stands still and for one that is over."""
        if self.running_since is None:
            return None
        return self.seen.get(ClockEventType.MISSED) or self.reaches(DEADLINE)

    def reaches(self, mark: Mark) -> datetime | None:
        """When a running clock comes to a mark, or came; None for one that doesn't run."""
        if self.running_since is None:
            return None
        if self.promised_at is None:
            left = self.target * mark.percent / 100 - self.ran
            return self.calendar.add(self.running_since, max(left, _ZERO))
        return self._promise_reaches(mark)

    def elapsed(self, now: datetime) -> timedelta:
        """How much open time has run by `now`."""
        if self.running_since is None:
            return self.ran
        return self.ran + self.calendar.between(self.running_since, now)

    def passed(self, mark: Mark, now: datetime) -> bool:
        """Whether the clock came to the mark by `now`, written down or not."""
        at = self.reaches(mark)
        return mark.type in self.seen or (at is not None and at <= now)

    def next_marks(self) -> Iterator[tuple[datetime, Mark]]:
        """The marks that a running clock has not come to yet as far as is written down, the next one first."""
        for mark in MARKS:
            at = self.reaches(mark)
            if at is not None and mark.type not in self.seen:
                yield at, mark

    def _promise_reaches(self, mark: Mark) -> datetime | None:
        """A promised time is kept to the minute, at whatever hour; around it, open time counts."""
        if self.running_since is None or self.promised_at is None:
            return None
        beyond = self.target * (mark.percent - 100) / 100
        if beyond > _ZERO:
            return self.calendar.add(self.promised_at, beyond)
        if beyond == _ZERO:
            return self.promised_at
        return min(self.calendar.add(self.running_since, self.target + beyond), self.promised_at)


def read_clock(
    kind: ClockKind, calendar: BusinessCalendar, events: Sequence[ClockEvent]
) -> Clock | None:
    """Where a clock stands after `events` (oldest first); a later start begins it anew. None before the first start."""
    clock: Clock | None = None
    for event in events:
        if event.target is not None:
            clock = start_clock(kind, calendar, event, event.target)
        elif clock is not None:
            clock = clock_after(clock, event)
    return clock


def clock_after(clock: Clock, event: ClockEvent) -> Clock:
    """Where the clock stands after one more event, which is no start; the same where it means nothing."""
    if clock.status not in ALLOWED.get(event.type, frozenset(ClockStatus)):
        return clock
    if event.type not in LEADS_TO:
        return replace(clock, seen={**clock.seen, event.type: event.at})
    status = LEADS_TO[event.type]
    since = event.at if status is ClockStatus.RUNNING else None
    return replace(clock, status=status, ran=clock.elapsed(event.at), running_since=since)


def start_clock(
    kind: ClockKind, calendar: BusinessCalendar, event: ClockEvent, target: timedelta
) -> Clock:
    """A clock that has just begun."""
    return Clock(kind, calendar, target, event.due_at, ClockStatus.RUNNING, _ZERO, event.at)
