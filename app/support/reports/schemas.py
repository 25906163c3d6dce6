"""Reports as the API shows them (contract, section 8). Rates are 0 to 1, null of nothing."""

from enum import StrEnum

from marshmallow import Schema, fields, validate

from app.core.http.fields import MomentField, StrictString
from app.core.http.ranges import SeriesQuerySchema, TimeRangeQuerySchema
from app.core.series import Width
from app.payments.failures import FailureReason
from app.payments.rules import Kind


class ReportFormat(StrEnum):
    """How a report is answered; as CSV it is a file with the columns of docs/reports.md."""

    JSON = "json"
    CSV = "csv"


def _format_field() -> StrictString:
    return StrictString(
        validate=validate.OneOf([it.value for it in ReportFormat]),
        load_default=ReportFormat.JSON.value,
    )


class ReportQuerySchema(TimeRangeQuerySchema):
    """When, and as what."""

    format = _format_field()


class FailureReportQuerySchema(SeriesQuerySchema):
    """When, in which steps, of which kind of movement (without `kind`, of all), and as what."""

    format = _format_field()

    kind = StrictString(validate=validate.OneOf([kind.value for kind in Kind]))


class FailureCountSchema(Schema):
    """How often attempts failed by a reason and code of payments."""

    reason = fields.String(
        required=True, validate=validate.OneOf([reason.value for reason in FailureReason])
    )
    code = fields.String(required=True)
    count = fields.Integer(required=True)


class FailureTotalSchema(Schema):
    """Attempts, how many of them failed or are unknown, and why, the most frequent first."""

    attempts = fields.Integer(required=True)
    failures = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(FailureCountSchema), required=True)


class FailurePointSchema(FailureTotalSchema):
    """Those of the span that begins `at`."""

    at = MomentField(required=True)


class FailureGroupSchema(Schema):
    """Those of one app version or kind of network; null for calls that named none."""

    name = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    failures = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)


class FailureReportSchema(Schema):
    """Failures over time. Days and hours are those of `timezone`."""

    step = fields.String(required=True, validate=validate.OneOf([width.value for width in Width]))
    timezone = fields.String(required=True)
    total = fields.Nested(FailureTotalSchema, required=True)
    points = fields.List(fields.Nested(FailurePointSchema), required=True)
    by_app_version = fields.List(fields.Nested(FailureGroupSchema), required=True)
    by_network_type = fields.List(fields.Nested(FailureGroupSchema), required=True)


class PromisesSchema(Schema):
    """Clocks met in time and missed, and how long those that were met took, in seconds of open time."""

    met = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)
    median_seconds = fields.Integer(required=True, allow_none=True)
    p90_seconds = fields.Integer(required=True, allow_none=True)


class ChannelPromisesSchema(Schema):
    """What users of a channel were promised; `channel` is `all` for the sum."""

    channel = fields.String(required=True)
    first_response = fields.Nested(PromisesSchema, required=True)
    resolution = fields.Nested(PromisesSchema, required=True)
    promise = fields.Nested(PromisesSchema, required=True)


class SlaReportSchema(Schema):
    """What was decided from `from` until `to`."""

    start = MomentField(required=True, data_key="from")
    end = MomentField(required=True, data_key="to")
    channels = fields.List(fields.Nested(ChannelPromisesSchema), required=True)


class OutcomesSchema(Schema):
    """Cases whose 24 hours are over (`decided`); of these the payment succeeded (`paid`), an agent was asked
    (`contacted`), or the payment succeeded and nobody was asked (`deflected`, whose share is `rate`).
    """

    decided = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    contacted = fields.Integer(required=True)
    deflected = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)


class VerdictOutcomesSchema(OutcomesSchema):
    """Those whose first diagnosis said this of the money."""

    verdict = fields.String(required=True)


class DeflectionReportSchema(Schema):
    """Payments in trouble that were diagnosed in the app first from `from` until `to`, and what became of them."""

    start = MomentField(required=True, data_key="from")
    end = MomentField(required=True, data_key="to")
    total = fields.Nested(OutcomesSchema, required=True)
    by_verdict = fields.List(fields.Nested(VerdictOutcomesSchema), required=True)
