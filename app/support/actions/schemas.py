"""Action requests as the API takes and shows them (contract, section 8)."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.core.http.fields import MomentField, StrictBoolean, StrictInteger, StrictString
from app.payments.errors import AMOUNT_OUT_OF_RANGE
from app.payments.rules import amount_in_range
from app.support.actions.rules import (
    ABOUT_A_PAYMENT,
    OF_AN_AMOUNT,
    REASON_MAX,
    ActionStatus,
    ActionType,
    Caution,
)
from app.support.levels import Level

_ID_MAX = 64
_TYPE = validate.OneOf([it.value for it in ActionType])
_STATUS = validate.OneOf([it.value for it in ActionStatus])
_SAYS_SOMETHING = validate.Regexp(re.compile(r"[\s\S]*\S[\s\S]*\Z"))
_MISSING = "Missing data for required field."
_UNEXPECTED = "Unknown field."


class NewActionRequestSchema(Schema):
    """What shall be done, to whom and why; `call_id` or `conversation_id` says with whom the agent talks.

    `refund` and `release_hold` need a `payment_id`; `goodwill_credit` needs an `amount` in fen, `refund` takes one (all
    that is left without). With `dry_run` nothing is done: the answer has no id.
    """

    type = StrictString(required=True, validate=_TYPE)
    user_id = StrictString(required=True, maximum=_ID_MAX)
    payment_id = StrictString(maximum=_ID_MAX, allow_none=True)
    amount = StrictInteger(allow_none=True, metadata={"minimum": 1, "maximum": 5_000_000})
    reason = StrictString(required=True, maximum=REASON_MAX, validate=_SAYS_SOMETHING)
    call_id = StrictString(maximum=_ID_MAX, allow_none=True)
    conversation_id = StrictString(maximum=_ID_MAX, allow_none=True)
    dry_run = StrictBoolean()

    @validates_schema
    def what_its_type_needs(self, data: dict[str, Any], **_: Any) -> None:
        """A payment to give back or release, an amount to credit; no amount where none moves."""
        type_, amount = data.get("type"), data.get("amount")
        problems = {
            "payment_id": type_ in ABOUT_A_PAYMENT and data.get("payment_id") is None and _MISSING,
            "amount": (type_ == ActionType.GOODWILL_CREDIT and amount is None and _MISSING)
            or (amount is not None and type_ not in OF_AN_AMOUNT and _UNEXPECTED),
        }
        found = {name: [said] for name, said in problems.items() if said}
        if found:
            raise ValidationError(found)

    @post_load
    def refuse_out_of_range(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """An integer outside 1–5,000,000 has a code of its own, once all else is in order."""
        if data.get("amount") is not None and not amount_in_range(data["amount"]):
            raise AMOUNT_OUT_OF_RANGE()
        return data


class RejectionSchema(Schema):
    """Why not; the body may be empty."""

    reason = StrictString(maximum=REASON_MAX, allow_none=True)


class ActionRequestQuerySchema(Schema):
    """What a list of requests is narrowed to."""

    status = StrictString(validate=_STATUS)
    user_id = StrictString(maximum=_ID_MAX)
    type = StrictString(validate=_TYPE)


class ActionEntrySchema(Schema):
    """A line in the ledger. A released hold moves between `…:held` and `…:available` of a wallet, without a posting."""

    account = fields.String(required=True)
    amount = fields.Integer(required=True)
    currency = fields.String(required=True)
    description = fields.String(required=True)


class SentVerificationSchema(Schema):
    """Where the code for a new password went; the app confirms it under this id. The code is the user's alone."""

    id = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(["sms", "email"]))
    destination = fields.String(required=True, metadata={"description": "masked"})
    expires_at = fields.String(required=True, metadata={"format": "date-time"})


class ActionRequestSchema(Schema):
    """What was asked for and what became of it.

    `entries` sum to zero: what it would book, or has booked (a refund's are booked once the gateway has confirmed it).
    `level` is how sure it was who asked, `level_waived` that a supervisor vouched; `cautions` happened in the 24 hours
    before. `decided_by` is null for what needed nobody's approval. `id` is null for a dry run.
    """

    id = fields.String(required=True, allow_none=True)
    type = fields.String(required=True, validate=_TYPE)
    status = fields.String(required=True, validate=_STATUS)
    dry_run = fields.Boolean(required=True)
    user_id = fields.String(required=True)
    payment_id = fields.String(required=True, allow_none=True)
    amount = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True)
    reason = fields.String(required=True)
    call_id = fields.String(required=True, allow_none=True)
    conversation_id = fields.String(required=True, allow_none=True)
    level = fields.String(required=True, validate=validate.OneOf([it.value for it in Level]))
    level_waived = fields.Boolean(required=True)
    cautions = fields.List(
        fields.String(validate=validate.OneOf([it.value for it in Caution])), required=True
    )
    requested_by = fields.String(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    entries = fields.List(fields.Nested(ActionEntrySchema), required=True)
    refund_id = fields.String(required=True, allow_none=True)
    verification = fields.Nested(SentVerificationSchema, required=True, allow_none=True)
    created_at = MomentField(required=True)
    decided_at = MomentField(required=True, allow_none=True)
