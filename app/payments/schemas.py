"""The shapes of contract, section 4: what is asked, strictly, and what is answered."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.core.http.fields import (
    Currency,
    MomentField,
    QueryInteger,
    StrictInteger,
    StrictString,
    TransactionPassword,
)
from app.payments.errors import AMOUNT_OUT_OF_RANGE
from app.payments.failures import FailureReason
from app.payments.rules import RefundStatus, Source, Status, amount_in_range

CLIENT_ERRORS = ("timeout", "dns", "offline", "tls", "reset")


class MoneyRequestSchema(Schema):
    """What every movement names: an amount in minor units and its currency."""

    amount = StrictInteger(required=True, metadata={"minimum": 1, "maximum": 5_000_000})
    currency = Currency(required=True)

    @post_load
    def refuse_out_of_range(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """An integer outside 1–5,000,000 has a code of its own, once all else is in order."""
        if not amount_in_range(data["amount"]):
            raise AMOUNT_OUT_OF_RANGE()
        return data


class PaymentSourceSchema(Schema):
    """`{type: balance}` or `{type: bank_card, id}`."""

    type = StrictString(
        required=True, maximum=20, validate=validate.OneOf([source.value for source in Source])
    )
    id = StrictString(maximum=64)

    @validates_schema
    def id_goes_with_a_card(self, data: dict[str, Any], **_: Any) -> None:
        """A bank card is named by its id, the balance by nothing."""
        if (data.get("type") == Source.BANK_CARD) != ("id" in data):
            raise ValidationError("invalid", "id")


class NewPaymentSchema(MoneyRequestSchema):
    """A payment to make."""

    merchant_id = StrictString(required=True, maximum=64)
    source = fields.Nested(PaymentSourceSchema, required=True)
    description = StrictString(minimum=0, maximum=200, allow_none=True)
    merchant_order_no = StrictString(maximum=64, allow_none=True)
    transaction_password = TransactionPassword(allow_none=True)


class RetryRequestSchema(Schema):
    """A retry; the body may be empty."""

    transaction_password = TransactionPassword(allow_none=True)


class RecipientSchema(Schema):
    """Exactly one of `identifier` (E.164 phone or e-mail) and `user_id`."""

    identifier = StrictString(maximum=254)
    user_id = StrictString(maximum=64)

    @validates_schema
    def exactly_one(self, data: dict[str, Any], **_: Any) -> None:
        """Two names could mean two people."""
        if len(data) != 1:
            raise ValidationError("invalid")


class NewTransferSchema(MoneyRequestSchema):
    """A transfer to make."""

    recipient = fields.Nested(RecipientSchema, required=True)
    note = StrictString(minimum=0, maximum=200, allow_none=True)
    transaction_password = TransactionPassword(allow_none=True)


class NewCardMovementSchema(MoneyRequestSchema):
    """A top-up or withdrawal to make."""

    bank_card_id = StrictString(required=True, maximum=64)
    transaction_password = TransactionPassword(required=True)


class NewClientEventSchema(Schema):
    """What the phone saw of a request that never arrived."""

    type = StrictString(required=True, validate=validate.OneOf(["payment_request_failed"]))
    occurred_at = MomentField(required=True)
    amount = StrictInteger(required=True, validate=validate.Range(0, 2**53))
    currency = Currency(required=True)
    merchant_id = StrictString(maximum=64, allow_none=True)
    idempotency_key = StrictString(maximum=255, allow_none=True)
    error = StrictString(required=True, validate=validate.OneOf(CLIENT_ERRORS))
    network_type = StrictString(validate=validate.OneOf(["wifi", "cellular"]), allow_none=True)


class PaymentQuerySchema(Schema):
    """How a list of payments is narrowed."""

    status = StrictString(validate=validate.OneOf([status.value for status in Status]))
    failure_reason = StrictString(validate=validate.OneOf([it.value for it in FailureReason]))
    created_from = MomentField()
    created_to = MomentField()
    amount = QueryInteger()


class AdviceSchema(Schema):
    """What the user can do."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class FailureSchema(Schema):
    """Why it failed."""

    reason = fields.String(required=True)
    code = fields.String(required=True)
    retryable = fields.Boolean(required=True)
    message = fields.String(required=True)
    advice = fields.List(fields.Nested(AdviceSchema), required=True)


class AttemptSchema(Schema):
    """One exchange with the gateway or bank; `finished_at` is null while it is in flight."""

    id = fields.String(required=True)
    number = fields.Integer(required=True)
    started_at = MomentField(required=True)
    finished_at = MomentField(required=True, allow_none=True)
    outcome = fields.String(required=True)
    failure_reason = fields.String(required=True, allow_none=True)
    failure_code = fields.String(required=True, allow_none=True)
    gateway_reference = fields.String(required=True, allow_none=True)
    http_status = fields.Integer(required=True, allow_none=True)
    latency_ms = fields.Integer(required=True, allow_none=True)
    app_version = fields.String(required=True, allow_none=True)
    network_type = fields.String(required=True, allow_none=True)


class MerchantSchema(Schema):
    """Somebody who can be paid."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class SourceSchema(Schema):
    """Where a payment's money came from; `id` only for a bank card."""

    type = fields.String(required=True)
    id = fields.String()


class RefundSchema(Schema):
    """Money of a payment that goes back; one that was taken after the payment had failed does so by itself."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([*RefundStatus]))
    amount = fields.Integer(required=True)
    created_at = MomentField(required=True)


class PaymentSchema(Schema):
    """A payment and everything that is known of it."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    amount = fields.Integer(required=True)
    currency = fields.String(required=True)
    merchant = fields.Nested(MerchantSchema, required=True)
    source = fields.Nested(SourceSchema, required=True)
    description = fields.String(required=True, allow_none=True)
    merchant_order_no = fields.String(required=True, allow_none=True)
    failure = fields.Nested(FailureSchema, required=True, allow_none=True)
    attempts = fields.List(fields.Nested(AttemptSchema), required=True)
    refunds = fields.List(fields.Nested(RefundSchema), required=True)
    refunded_amount = fields.Integer(required=True)
    created_at = MomentField(required=True)
    updated_at = MomentField(required=True)


class CardMovementSchema(Schema):
    """A top-up or withdrawal."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    failure = fields.Nested(FailureSchema, required=True, allow_none=True)
    amount = fields.Integer(required=True)
    currency = fields.String(required=True)
    bank_card_id = fields.String(required=True)
    attempts = fields.List(fields.Nested(AttemptSchema), required=True)
    created_at = MomentField(required=True)
    updated_at = MomentField(required=True)


class CounterpartySchema(Schema):
    """The other side of a transfer."""

    display_name = fields.String(required=True)


class TransferSchema(Schema):
    """A transfer as the caller's side sees it."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    failure = fields.Nested(FailureSchema, required=True, allow_none=True)
    amount = fields.Integer(required=True)
    currency = fields.String(required=True)
    direction = fields.String(required=True)
    counterparty = fields.Nested(CounterpartySchema, required=True)
    note = fields.String(required=True, allow_none=True)
    created_at = MomentField(required=True)


class ClientEventSchema(Schema):
    """The receipt of a client event."""

    id = fields.String(required=True)
