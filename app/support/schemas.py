"""Channels, FAQ and diagnoses as the API shows them (contract, section 7)."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.core.http.fields import MomentField, StrictBoolean, StrictInteger, StrictString
from app.core.locale import LOCALES
from app.support.channels import WEEKDAYS
from app.support.diagnosis.money import Verdict

_LOCALE = validate.OneOf(list(LOCALES))
_REQUIRED = "Missing data for required field."
_UNEXPECTED = "Unknown field."


class OpeningSpanSchema(Schema):
    """Local opening hours on some weekdays; `24:00` is the day's end."""

    days = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), required=True)
    opens = fields.String(required=True)
    closes = fields.String(required=True)


class OpeningHoursSchema(Schema):
    """When somebody is there, in words and in spans of the named time zone."""

    text = fields.String(required=True)
    timezone = fields.String(required=True)
    spans = fields.List(fields.Nested(OpeningSpanSchema), required=True)


class SupportChannelSchema(Schema):
    """A way to reach us. `promised_reply_at`: by when a contact made now is answered.

    `promised_reply_seconds` counts while somebody is there.
    """

    code = fields.String(required=True)
    name = fields.String(required=True)
    contact = fields.String(required=True, allow_none=True)
    hours = fields.Nested(OpeningHoursSchema, required=True)
    open_now = fields.Boolean(required=True)
    promised_reply = fields.String(required=True)
    promised_reply_seconds = fields.Integer(required=True)
    promised_reply_at = MomentField(required=True)


class FaqQuerySchema(Schema):
    """What to look for, and in which language; without `locale` that of `Accept-Language`."""

    q = StrictString(minimum=0, maximum=1000)
    locale = StrictString(validate=_LOCALE)


class FaqLocaleQuerySchema(Schema):
    """In which language; without it that of `Accept-Language`."""

    locale = StrictString(validate=_LOCALE)


class FaqSchema(Schema):
    """An article in one language."""

    id = fields.String(required=True)
    locale = fields.String(required=True, validate=_LOCALE)
    title = fields.String(required=True)
    body = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    updated_at = MomentField(required=True)


class FaqSuggestionQuerySchema(FaqLocaleQuerySchema):
    """What has been typed so far."""

    q = StrictString(required=True, minimum=0, maximum=200)


class FaqSuggestionSchema(Schema):
    """An article that may be meant."""

    id = fields.String(required=True)
    title = fields.String(required=True)


class FaqSuggestionsSchema(Schema):
    """The best first, five at most."""

    data = fields.List(fields.Nested(FaqSuggestionSchema), required=True)


class NewFaqFeedbackSchema(Schema):
    """Whether an article helped."""

    helpful = StrictBoolean(required=True)


class NewPaymentDiagnosisSchema(Schema):
    """`payment_id`, or what is remembered: `amount` in minor units and `occurred_at`, and perhaps a merchant."""

    payment_id = StrictString(maximum=64)
    amount = StrictInteger(validate=validate.Range(1, 2**53))
    occurred_at = MomentField(
        validate=validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
    )
    merchant_id = StrictString(maximum=64, allow_none=True)

    @validates_schema
    def one_way_to_ask(self, data: dict[str, Any], **_: Any) -> None:
        """An id says it all; without one, amount and time are needed."""
        remembered = {"amount", "occurred_at", "merchant_id"}
        by_id = "payment_id" in data
        wrong = remembered & data.keys() if by_id else {"amount", "occurred_at"} - data.keys()
        if wrong:
            said = _UNEXPECTED if by_id else _REQUIRED
            raise ValidationError({name: [said] for name in sorted(wrong)})


class CauseSchema(Schema):
    """Why: a failure code of a payment, or what else stood in the way."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class EvidenceSchema(Schema):
    """A record that a statement rests on."""

    type = fields.String(required=True)
    id = fields.String(required=True)
    at = MomentField(required=True)
    text = fields.String(required=True)


class DiagnosisAdviceSchema(Schema):
    """What the user can do."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class CheckSchema(Schema):
    """Whether one thing was in order at that time."""

    ok = fields.Boolean(required=True)
    text = fields.String(required=True)


class DiagnosisChecksSchema(Schema):
    """What every diagnosis looks at."""

    balance = fields.Nested(CheckSchema, required=True)
    network = fields.Nested(CheckSchema, required=True)
    system_status = fields.Nested(CheckSchema, required=True)
    app_version = fields.Nested(CheckSchema, required=True)


class PaymentDiagnosisSchema(Schema):
    """Where the money is and why. `payment_id` is null for no record, `primary_cause` where all went well."""

    id = fields.String(required=True)
    payment_id = fields.String(required=True, allow_none=True)
    verdict = fields.String(
        required=True, validate=validate.OneOf([verdict.value for verdict in Verdict])
    )
    retry_safe = fields.Boolean(required=True)
    primary_cause = fields.Nested(CauseSchema, required=True, allow_none=True)
    other_causes = fields.List(fields.Nested(CauseSchema), required=True)
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)
    message = fields.String(required=True)
    advice = fields.List(fields.Nested(DiagnosisAdviceSchema), required=True)
    checked = fields.Nested(DiagnosisChecksSchema, required=True)
