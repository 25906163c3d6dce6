"""Diagnoses as the API shows them (contract, section 7)."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.core.http.fields import MomentField, StrictInteger, StrictString
from app.support.diagnosis.money import Verdict

_REQUIRED = "Missing data for required field."
_UNEXPECTED = "Unknown field."


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
