"""`?from=&to=&step=` of charts and reports: what may be asked, and the spans that it means."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from marshmallow import Schema, validate

from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.http.fields import MomentField, StrictString
from app.core.series import RangeTooLongError, Span, Width, cut

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""What a calendar can be asked about without running over its edge."""
_SENSIBLE: Final = validate.Range(EARLIEST, LATEST)


class TimeRangeQuerySchema(Schema):
    """From when until when; without `to` now, without `from` as far back as is usual."""

    start = MomentField(data_key="from", validate=_SENSIBLE)
    end = MomentField(data_key="to", validate=_SENSIBLE)


class SeriesQuerySchema(TimeRangeQuerySchema):
    """The same in spans of a `step`, 750 at most. Days and hours are those of the wallet's time zone."""

    step = StrictString(
        validate=validate.OneOf([width.value for width in Width]), load_default=Width.HOUR.value
    )


def read_range(
    query: Mapping[str, Any], now: datetime, usual: timedelta
) -> tuple[datetime, datetime]:
    """From when until when is asked."""
    until: datetime = query.get("end", now)
    since: datetime = query.get("start", max(until - usual, EARLIEST))
    return since, until


def read_spans(
    query: Mapping[str, Any], now: datetime, usual: timedelta, timezone: ZoneInfo
) -> Sequence[Span]:
    """The spans that are asked for. Raises VALIDATION_FAILED for too many."""
    try:
        return cut(*read_range(query, now, usual), Width(query["step"]), timezone)
    except RangeTooLongError:
        raise VALIDATION_FAILED(errors=[field_problem("/from", "invalid_value")]) from None
