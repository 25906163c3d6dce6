"""From when until when a report is asked: the last so many days, or from one day to another. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.series import Width

LENGTHS: Final = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "quarter": timedelta(days=90),
}
USUAL: Final = "week"
LONGEST: Final = timedelta(days=366)
HOURLY_UP_TO: Final = timedelta(days=3)
"""Up to here a chart has a bar an hour, beyond one a day."""
_EARLIEST: Final = date(2000, 1, 1)
_LATEST: Final = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """What was picked; `name` is one of LENGTHS, or None for days that were typed."""

    since: datetime
    until: datetime
    name: str | None

    @property
    def width(self) -> Width:
        """How finely it is cut."""
        return Width.HOUR if self.until - self.since <= HOURLY_UP_TO else Width.DAY


def read_period(query: Mapping[str, str], now: datetime, timezone: ZoneInfo) -> Period:
    """`?from=&to=` as days, the last one included, else the last `?range=`. Raises VALIDATION_FAILED."""
    first, last = _day(query, "from"), _day(query, "to")
    if first is None and last is None:
        asked = query.get("range", USUAL)
        name = asked if asked in LENGTHS else USUAL
        return Period(now - LENGTHS[name], now, name)
    last = last or now.astimezone(timezone).date()
    first = first or last
    since = datetime.combine(first, time.min, timezone)
    until = datetime.combine(last + timedelta(days=1), time.min, timezone)
    if not since < until <= since + LONGEST + timedelta(hours=2):
        raise VALIDATION_FAILED(errors=[field_problem("/from", "invalid_value")])
    return Period(since, until, None)


def _day(query: Mapping[str, str], name: str) -> date | None:
    typed = query.get(name, "").strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or not _EARLIEST <= day <= _LATEST:
        raise VALIDATION_FAILED(errors=[field_problem(f"/{name}", "invalid_value")])
    return day
