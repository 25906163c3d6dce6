"""Calendar days of a time zone, also those that have 23 or 25 hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.days import day_bounds, day_of, seconds_until

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=BERLIN), 81_000),  # an hour is left out
        (datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN), 88_200),  # and one comes twice
        (datetime(2026, 3, 29, 0, 30, tzinfo=SHANGHAI), 84_600),
        (datetime(2026, 3, 29, 23, 59, 59, 999_000, tzinfo=SHANGHAI), 1),
    ],
)
def test_the_rest_of_the_day_is_counted_in_seconds_that_pass(
    moment: datetime, seconds: int
) -> None:
    _, tomorrow = day_bounds(moment, ZoneInfo(str(moment.tzinfo)))
    assert seconds_until(tomorrow, moment.astimezone(UTC)) == seconds


def test_a_day_is_that_of_the_time_zone() -> None:
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert (day_of(late, SHANGHAI), day_of(late, BERLIN)) == ("2026-11-24", "2026-11-23")
    begin, end = day_bounds(late, SHANGHAI)
    assert (begin, end) == (
        datetime(2026, 11, 23, 16, tzinfo=UTC),
        datetime(2026, 11, 24, 16, tzinfo=UTC),
    )


def test_a_wait_is_never_too_short() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    waits = [seconds_until(now + timedelta(milliseconds=it), now) for it in (-5, 0, 1, 1000, 1001)]
    assert waits == [1, 1, 1, 1, 2]
