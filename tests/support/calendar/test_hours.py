"""Business time: vectors that were worked out by hand, and laws that hold for any calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.support.calendar.hours import BusinessCalendar, NeverOpensError, Opening

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe")]


def opening(opens: str, closes: str) -> Opening:
    return Opening(clock(opens), clock(closes))


def clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def working_week(*openings: Opening) -> dict[int, list[Opening]]:
    return {weekday: list(openings) for weekday in range(5)}


OFFICE = BusinessCalendar(SHANGHAI, working_week(opening("09:00", "17:00")))
WITH_LUNCH = BusinessCalendar(
    SHANGHAI, working_week(opening("13:30", "17:00"), opening("09:00", "12:00"))
)
BERLIN_NIGHTS = BusinessCalendar(
    BERLIN, {day: [opening("00:00", "06:00"), opening("22:00", "24:00")] for day in range(7)}
)


def moment(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


# 20 November 2026 is a Friday.
VECTORS = {
    "over a weekend": (OFFICE, "2026-11-20 16:30", 60, "2026-11-23 09:30"),
    "over lunch": (WITH_LUNCH, "2026-11-25 11:30", 60, "2026-11-25 14:00"),
    "from before opening": (OFFICE, "2026-11-25 03:00", 60, "2026-11-25 10:00"),
    "to closing time itself": (OFFICE, "2026-11-25 16:00", 60, "2026-11-25 17:00"),
    "from closing time on": (OFFICE, "2026-11-25 17:00", 60, "2026-11-26 10:00"),
    "three days": (OFFICE, "2026-11-25 10:00", 3 * 480, "2026-11-30 10:00"),
    "nothing, while open": (OFFICE, "2026-11-25 10:00", 0, "2026-11-25 10:00"),
    "nothing, while closed": (OFFICE, "2026-11-21 10:00", 0, "2026-11-23 09:00"),
}


@pytest.mark.parametrize("name", VECTORS)
def test_open_time_is_added(name: str):
    calendar, start, minutes, end = VECTORS[name]

    assert calendar.add(moment(start), timedelta(minutes=minutes)) == moment(end)
    assert calendar.between(moment(start), moment(end)) == timedelta(minutes=minutes)


def test_a_holiday_does_not_count_and_the_weekend_that_makes_up_for_it_does():
    calendar = BusinessCalendar(
        SHANGHAI,
        working_week(opening("09:00", "17:00")),
        holidays={date(2026, 11, 23)},
        working_days={date(2026, 11, 21)},
    )
    friday = moment("2026-11-20 16:30")

    assert calendar.add(friday, timedelta(hours=1)) == moment("2026-11-21 09:30")
    assert calendar.add(friday, timedelta(hours=9)) == moment("2026-11-24 09:30")
    assert not calendar.is_open(moment("2026-11-23 10:00"))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # 02:00 becomes 03:00 on 29 March 2026: the night has five hours, not six.
        ("2026-03-29 00:00", 5, "2026-03-29 06:00"),
        ("2026-03-28 23:00", 7, "2026-03-29 23:00"),
        # 03:00 becomes 02:00 on 25 October 2026: the night has seven.
        ("2026-10-25 00:00", 7, "2026-10-25 06:00"),
        ("2026-10-24 23:00", 3, "2026-10-25 02:00"),
    ],
)
def test_a_night_in_which_the_clock_changes_counts_what_really_goes_by(
    start: str, hours: int, end: str
):
    expected = moment(end, BERLIN)

    assert BERLIN_NIGHTS.add(moment(start, BERLIN), timedelta(hours=hours)) == expected
    assert BERLIN_NIGHTS.between(moment(start, BERLIN), expected) == timedelta(hours=hours)


def test_office_hours_keep_their_local_time_when_the_clock_changes():
    office = BusinessCalendar(BERLIN, working_week(opening("09:00", "17:00")))

    # Friday before each change, to the Monday after it.
    for friday, monday in (("2026-03-27", "2026-03-30"), ("2026-10-23", "2026-10-26")):
        due = office.add(moment(f"{friday} 16:30", BERLIN), timedelta(hours=1))
        assert due == moment(f"{monday} 09:30", BERLIN)


def test_spans_that_the_change_of_the_clock_lays_over_each_other_count_once():
    # 02:10 does not exist on 29 March 2026: it is 03:10, which the other span covers already.
    calendar = BusinessCalendar(BERLIN, {6: [opening("02:10", "02:50"), opening("03:00", "04:00")]})
    midnight = moment("2026-03-29 00:00", BERLIN)

    whole = calendar.between(midnight, midnight + timedelta(hours=12))
    assert whole <= timedelta(hours=1)
    assert calendar.between(midnight, calendar.add(midnight, whole)) == whole


def test_a_calendar_that_is_never_open_says_so():
    with pytest.raises(NeverOpensError):
        BusinessCalendar(SHANGHAI, {}).add(moment("2026-11-20 09:00"), timedelta(hours=1))


@pytest.mark.parametrize(
    ("opens", "closes"), [("09:00", "09:00"), ("17:00", "09:00"), ("23:00", "24:01")]
)
def test_an_opening_that_ends_before_it_begins_is_refused(opens: str, closes: str):
    with pytest.raises(ValueError, match="an opening"):
        opening(opens, closes)


def test_time_is_not_taken_away():
    with pytest.raises(ValueError, match="added"):
        OFFICE.add(moment("2026-11-20 09:00"), timedelta(seconds=-1))


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    """Any week of up to three spans a day that is open at least once, with some days off and some extra ones."""
    cuts = st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(sorted)
    week = {}
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        quarter = [timedelta(minutes=15) * cut for cut in draw(cuts)]
        week[weekday] = [Opening(*pair) for pair in zip(quarter[::2], quarter[1::2], strict=False)]
    days = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5)
    return BusinessCalendar(draw(st.sampled_from(ZONES)), week, draw(days), draw(days), min(week))


moments = st.timedeltas(timedelta(0), timedelta(days=364)).map(
    lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + passed
)
durations = st.timedeltas(timedelta(0), timedelta(days=9))


@given(calendars(), moments, durations)
def test_what_is_added_lies_between(calendar: BusinessCalendar, start: datetime, long: timedelta):
    end = calendar.add(start, long)

    assert calendar.between(start, end) == long
    assert end >= start
    assert calendar.add(start, timedelta(0)) <= end


@given(calendars(), moments, moments, durations, durations)
def test_later_or_longer_is_never_due_earlier(
    calendar: BusinessCalendar, one: datetime, other: datetime, short: timedelta, more: timedelta
):
    early, late = sorted((one, other))

    assert calendar.add(early, short) <= calendar.add(late, short)
    assert calendar.add(early, short) <= calendar.add(early, short + more)


@given(calendars(), moments, moments, moments)
def test_open_time_adds_up(
    calendar: BusinessCalendar, one: datetime, two: datetime, three: datetime
):
    first, second, third = sorted((one, two, three))

    parts = calendar.between(first, second) + calendar.between(second, third)
    assert parts == calendar.between(first, third)


@given(calendars(), moments)
def test_it_is_open_at_an_opening_and_right_before_only_if_nothing_changed(
    calendar: BusinessCalendar, at: datetime
):
    opening_at = calendar.add(at, timedelta(0))

    assert calendar.is_open(opening_at)
    assert calendar.is_open(at) == (opening_at == at)
    assert calendar.between(at, opening_at) == timedelta(0)
