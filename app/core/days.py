"""Calendar days in the wallet's time zone (contract, section 2), and how long it is until a moment."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(moment: datetime, timezone: ZoneInfo) -> str:
    """The calendar day, such as `2026-11-23`."""
    return moment.astimezone(timezone).date().isoformat()


def day_bounds(moment: datetime, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moments of the calendar day of `moment` and of the next one, in UTC.

    Of local times only those of one offset can be subtracted, so 23 and 25 hours need no thought of anybody's.
    """
    today = moment.astimezone(timezone).date()
    begin, end = (datetime.combine(it, time(), timezone) for it in (today, today + timedelta(1)))
    return begin.astimezone(UTC), end.astimezone(UTC)


def seconds_until(later: datetime, now: datetime) -> int:
    """Whole seconds from `now` to `later`, rounded up, at least one: a wait that is never too short."""
    return max(-((now - later) // timedelta(seconds=1)), 1)
