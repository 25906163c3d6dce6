"""Figures over time: the spans that a range is cut into, and how a query counts by them, the same on both engines.

A day is a calendar day of the given zone, an hour one of its clock; no database is asked about time zones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.tables import Moment

MOST_SPANS: Final = 750
"""A month of hours, two years of days: what a chart shows and a query counts at once."""


class Width(StrEnum):
    """How long a span is."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


_SECONDS: Final = {Width.MINUTE: 60, Width.HOUR: 3600}


class RangeTooLongError(ValueError):
    """The range would be cut into more than MOST_SPANS."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` until just before `end`."""

    begin: datetime
    end: datetime


def cut(since: datetime, until: datetime, width: Width, timezone: ZoneInfo) -> Sequence[Span]:
    """The spans from the one that `since` lies in to the one that ends at or after `until`, in order.

    Raises RangeTooLongError.
    """
    spans: list[Span] = []
    begin = _beginning(since, width, timezone)
    while begin < until:
        if len(spans) == MOST_SPANS:
            raise RangeTooLongError
        end = _next(begin, width, timezone)
        spans.append(Span(begin, end))
        begin = end
    return spans


def numbered(spans: Sequence[Span]) -> sa.CTE:
    """The spans as a table with `number` (from 0), `began` and `ended`, to join rows to and group by."""
    columns = (
        sa.column("number", sa.Integer),
        sa.column("began", Moment),
        sa.column("ended", Moment),
    )
    rows = [(number, span.begin, span.end) for number, span in enumerate(spans)]
    return sa.values(*columns, name="spans").data(rows).cte("spans")


def _beginning(moment: datetime, width: Width, timezone: ZoneInfo) -> datetime:
    local = moment.astimezone(timezone)
    if width is Width.DAY:
        return datetime.combine(local.date(), time.min, timezone).astimezone(UTC)
    # The clock of a zone may be half an hour off, so the hours are cut by its minutes.
    into = timedelta(
        minutes=local.minute if width is Width.HOUR else 0,
        seconds=local.second,
        microseconds=local.microsecond,
    )
    return moment.astimezone(UTC) - into


def _next(begin: datetime, width: Width, timezone: ZoneInfo) -> datetime:
    if width is not Width.DAY:
        return begin + timedelta(seconds=_SECONDS[width])
    tomorrow = begin.astimezone(timezone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, timezone).astimezone(UTC)
