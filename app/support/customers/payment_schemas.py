"""Payments as agents look into them: diagnoses with candidates, and evidence (contract, section 8)."""

import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.core.http.fields import MomentField, StrictInteger, StrictString
from app.payments.schemas import AttemptSchema, MerchantSchema, PaymentSchema
from app.support.diagnosis.money import ChargeState, LedgerState, Verdict
from app.support.diagnosis.schemas import CauseSchema, PaymentDiagnosisSchema

_VERDICT = validate.OneOf([it.value for it in Verdict])


class NewCustomerDiagnosisSchema(Schema):
    """`payment_id`, or what is remembered: an amount in minor units, a time, or both, and perhaps hints."""

    user_id = StrictString(required=True, maximum=64)
    payment_id = StrictString(maximum=64)
    amount = StrictInteger(validate=validate.Range(1, 2**53))
    occurred_at = MomentField(
        validate=validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
    )
    merchant_id = StrictString(maximum=64, allow_none=True)
    card_last4 = StrictString(
        minimum=4,
        maximum=4,
        allow_none=True,
        validate=validate.Regexp(re.compile(r"[0-9]{4}\Z")),
    )

    @validates_schema(skip_on_field_errors=True)
    def one_way_to_ask(self, data: dict[str, Any], **_: Any) -> None:
        """An id says it all; without one, an amount or a time is needed."""
        remembered = {"amount", "occurred_at", "merchant_id", "card_last4"} & data.keys()
        if "payment_id" in data and remembered:
            raise ValidationError({name: ["Unknown field."] for name in sorted(remembered)})
        if not {"payment_id", "amount", "occurred_at"} & data.keys():
            needed = ("payment_id", "amount", "occurred_at")
            raise ValidationError({name: ["One of these is needed."] for name in needed})


class CandidateSchema(Schema):
    """What may be meant, with its points of 120 and why; a payment, or what only a phone saw."""

    payment_id = fields.String(required=True, allow_none=True)
    client_event_id = fields.String(required=True, allow_none=True)
    score = fields.Integer(required=True)
    reasons = fields.List(fields.Nested(CauseSchema), required=True)
    amount = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, allow_none=True)
    merchant = fields.Nested(MerchantSchema, required=True, allow_none=True)
    at = MomentField(required=True)


class ReadyMessagesSchema(Schema):
    """The message to the customer in both languages."""

    zh = fields.String(required=True, data_key="zh-CN", attribute="zh-CN")
    en = fields.String(required=True)


class CustomerDiagnosisSchema(PaymentDiagnosisSchema):
    """A diagnosis for an agent: what the user would be told, what else may be meant, and the ready message.

    `selection`: the id was `given`; what fits best is `certain` (80 points, 20 more than the next) or is `to_confirm`
    with the customer first; or `none` fits.
    """

    selection = fields.String(
        required=True, validate=validate.OneOf(["given", "certain", "to_confirm", "none"])
    )
    candidates = fields.List(fields.Nested(CandidateSchema), required=True)
    messages = fields.Nested(ReadyMessagesSchema, required=True)


class MoneyTruthSchema(Schema):
    """Where the money is: our ledger beside the gateway, as far as the gateway was asked until now."""

    ledger = fields.String(required=True, validate=validate.OneOf([it.value for it in LedgerState]))
    gateway = fields.String(
        required=True, validate=validate.OneOf([it.value for it in ChargeState])
    )
    verdict = fields.String(required=True, validate=_VERDICT)
    next_inquiry_at = MomentField(required=True, allow_none=True)
    twin_payment_id = fields.String(required=True, allow_none=True)


class ExchangeSchema(AttemptSchema):
    """An attempt and its exchange with the gateway; `reference` is what we sent."""

    reference = fields.String(required=True)
    inquiries_made = fields.Integer(required=True)
    late_success_at = MomentField(required=True, allow_none=True)


class EvidencePostingSchema(Schema):
    """One line of a ledger entry; `account` is the kind of the account, amounts signed."""

    account_id = fields.String(required=True)
    account = fields.String(required=True)
    amount = fields.Integer(required=True)
    currency = fields.String(required=True)


class EvidenceEntrySchema(Schema):
    """A ledger entry; its postings sum to zero."""

    id = fields.String(required=True)
    movement = fields.String(required=True)
    description = fields.String(required=True)
    reverses_id = fields.String(required=True, allow_none=True)
    created_at = MomentField(required=True)
    postings = fields.List(fields.Nested(EvidencePostingSchema), required=True)


class EvidenceHoldSchema(Schema):
    """Money set aside for an attempt."""

    id = fields.String(required=True)
    attempt_id = fields.String(required=True)
    amount = fields.Integer(required=True)
    status = fields.String(required=True)
    created_at = MomentField(required=True)
    resolved_at = MomentField(required=True, allow_none=True)


class EvidenceIncidentSchema(Schema):
    """An incident of the payment gateway while an attempt ran."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True)
    impact = fields.String(required=True)
    started_at = MomentField(required=True)
    resolved_at = MomentField(required=True, allow_none=True)


class EvidenceClientEventSchema(Schema):
    """What a phone reported within half an hour of the attempts."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    occurred_at = MomentField(required=True)
    amount = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True)
    network_type = fields.String(required=True, allow_none=True)
    app_version = fields.String(required=True, allow_none=True)


class EvidenceAppSchema(Schema):
    """The version that the app gave with the last attempt, beside the oldest one supported today."""

    version = fields.String(required=True)
    minimum_supported = fields.String(required=True)
    too_old = fields.Boolean(required=True)


class PaymentEvidenceSchema(Schema):
    """All that is known of a payment."""

    user_id = fields.String(required=True)
    payment = fields.Nested(PaymentSchema, required=True)
    money = fields.Nested(MoneyTruthSchema, required=True)
    attempts = fields.List(fields.Nested(ExchangeSchema), required=True)
    ledger_entries = fields.List(fields.Nested(EvidenceEntrySchema), required=True)
    holds = fields.List(fields.Nested(EvidenceHoldSchema), required=True)
    incidents = fields.List(fields.Nested(EvidenceIncidentSchema), required=True)
    client_events = fields.List(fields.Nested(EvidenceClientEventSchema), required=True)
    app_version = fields.Nested(EvidenceAppSchema, required=True, allow_none=True)
