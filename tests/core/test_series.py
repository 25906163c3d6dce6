"""Spans of a range: whole days and hours of the zone's clock, without a gap."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.series import MOST_SPANS, RangeTooLongError, Width, cut

ZONES = [
    ZoneInfo(name)
    for name in ("Asia/Shanghai", "Asia/Kathmandu", "Europe/Berlin", "America/Sao_Paulo")
]
MOMENTS = st.integers(0, 15 * 365 * 86_400).map(
    lambda seconds: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(MOMENTS, st.integers(1, 20_000), st.sampled_from(Width), st.sampled_from(ZONES))
def test_the_spans_cover_the_range_without_a_gap(
    since: datetime, minutes: int, width: Width, zone: ZoneInfo
) -> None:
    until = since + timedelta(minutes=minutes)
    try:
        spans = cut(since, until, width, zone)
    except RangeTooLongError:
        assert minutes > MOST_SPANS - 1
        return
    assert spans[0].begin <= since < spans[0].end
    assert spans[-1].begin < until <= spans[-1].end
    assert all(one.end == other.begin for one, other in pairwise(spans))
    for span in spans:
        local = span.begin.astimezone(zone)
        assert (local.second, local.microsecond) == (0, 0)
        assert width is Width.MINUTE or local.minute == 0


@pytest.mark.parametrize(("day", "hours"), [(29, 23), (30, 24)])
def test_a_day_on_which_the_clocks_change_is_one_day(day: int, hours: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    noon = datetime(2026, 3, day, 12, tzinfo=berlin)
    (span,) = cut(noon, noon + timedelta(minutes=1), Width.DAY, berlin)
    assert span.end - span.begin == timedelta(hours=hours)
