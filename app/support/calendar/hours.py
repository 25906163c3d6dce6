"""`BusinessCalendar`: arithmetic with opening hours over weekends, holidays and changes of the clock. Pure.

A local time that the clock skips or repeats is read as `zoneinfo` does with `fold=0`: a skipped one by the offset
before the change, a repeated one as its first occurrence. Spans are compared as instants, never as local times.
Which days are China's holidays is in `china.py`; the hours of our channels are in `channels.py`.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MONDAY: Final = 0
_DAY: Final = timedelta(days=1)
_LONGEST_BREAK: Final = 400
"""Days without an opening after which a calendar is taken to be closed for good."""


class NeverOpensError(ValueError):
    """Nobody is ever there, so no deadline can be computed."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One span of a day, as the time since local midnight; `closes` may be the day's end (24 h)."""

    opens: timedelta
    closes: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.opens < self.closes <= _DAY:
            raise ValueError(f"an opening from {self.opens} to {self.closes}")


Week = Mapping[int, Sequence[Opening]]
"""The openings of each weekday, Monday being 0; a weekday that is left out is closed."""

Span = tuple[datetime, datetime]
"""From when until when somebody is there, in UTC."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """The hours of a week in a time zone, less holidays, plus extra working days.

    An extra working day (a weekend that makes up for a holiday) has the hours of `extra_like`, Monday unless said
    otherwise. A day that is in both sets is worked.
    """

    timezone: ZoneInfo
    week: Week
    holidays: Container[date] = frozenset()
    working_days: Container[date] = frozenset()
    extra_like: int = MONDAY

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there; at the moment of closing nobody is."""
        return any(opens <= at < closes for opens, closes in self._day(self._local_day(at)))

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """When `duration` of open time has gone by since `start` (UTC); for none at all, `start` itself while
        open, else the next opening.

        Raises NeverOpensError, and ValueError for a negative duration.
        """
        if duration < timedelta(0):
            raise ValueError("business time is added, not taken away")
        left = duration
        for opens, closes in self._spans_from(start):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise NeverOpensError  # pragma: no cover  # the spans end by raising

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between two moments; none where `end` isn't after `start`."""
        total = timedelta(0)
        day, last = self._local_day(start), self._local_day(end)
        while day <= last:
            for opens, closes in self._day(day):
                total += max(min(closes, end) - max(opens, start), timedelta(0))
            day += _DAY
        return total

    def _spans_from(self, start: datetime) -> Iterator[Span]:
        """Every span that ends after `start`, the first one from `start` on. Raises NeverOpensError."""
        day, closed_days = self._local_day(start), 0
        while closed_days <= _LONGEST_BREAK:
            closed_days += 1
            for opens, closes in self._day(day):
                if closes > start:
                    closed_days = 0
                    yield max(opens, start.astimezone(UTC)), closes
            day += _DAY
        raise NeverOpensError(f"closed for {_LONGEST_BREAK} days after {start}")

    def _day(self, day: date) -> Iterator[Span]:
        """The spans of a local day in order, none overlapping, even where the clock changes within them."""
        until = datetime.min.replace(tzinfo=UTC)
        for opening in sorted(self._openings(day), key=lambda each: each.opens):
            opens = max(self._instant(day, opening.opens), until)
            closes = self._instant(day, opening.closes)
            if opens < closes:
                yield opens, closes
                until = closes

    def _openings(self, day: date) -> Sequence[Opening]:
        if day in self.working_days:
            return self.week.get(self.extra_like, ())
        if day in self.holidays:
            return ()
        return self.week.get(day.weekday(), ())

    def _instant(self, day: date, since_midnight: timedelta) -> datetime:
        local = datetime.combine(day, time.min) + since_midnight
        return local.replace(tzinfo=self.timezone).astimezone(UTC)

    def _local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.timezone).date()
