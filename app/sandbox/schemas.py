"""The shapes of contract, section 9. What the world answers is passed on field by field, nothing else of it."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.auth.identifiers import Identifier, IdentifierKind
from app.auth.rules import Role
from app.auth.schemas import IdentifierField, UserSchema, secret_field
from app.core.http.fields import (
    MomentField,
    QueryInteger,
    StrictBoolean,
    StrictInteger,
    StrictString,
)
from app.core.locale import LOCALES
from app.core.settings import SIMULATED_TARGETS
from app.sandbox.rules import LARGEST_BALANCE, LONGEST_WAIT_SECONDS, MOST_AHEAD

FAULT_KINDS = (
    "connection_refused",
    "reset_before",
    "reset_after",
    "hang_before",
    "hang_after",
    "drip",
    "http_500",
    "http_503",
    "garbage",
    "declined",
    "insufficient_funds",
    "card_frozen",
    "delay",
    "duplicate_callback",
    "late_success",
)
OPERATIONS = (
    *("charge", "inquire", "cancel", "refund"),
    *("tokenise", "payout", "deposit", "reverse_deposit"),
    "send",
)
_CARD_NUMBER = re.compile(r"[0-9]{12,19}\Z")
_LAST4 = re.compile(r"[0-9]{4}\Z")
_TIMES_AT_MOST = 1_000_000
_LONGEST_DELAY_MS = 60_000


class IdentifierOfKindField(IdentifierField):
    """A phone number only, or an e-mail address only."""

    def __init__(self, kind: IdentifierKind) -> None:
        super().__init__(metadata={"description": kind.value})
        self._kind = kind

    def _validate(self, value: Identifier) -> None:
        if value.kind is not self._kind:
            raise ValidationError("An identifier of the other kind.")


class NewSandboxUserSchema(Schema):
    """What the user should be like; everything left out is made."""

    phone = IdentifierOfKindField(IdentifierKind.PHONE)
    email = IdentifierOfKindField(IdentifierKind.EMAIL)
    password = secret_field()
    transaction_password = secret_field()
    balance = StrictInteger(validate=validate.Range(0, LARGEST_BALANCE))
    bank_card = StrictBoolean(load_default=False)
    locale = StrictString(validate=validate.OneOf(LOCALES))


class SandboxUserSchema(Schema):
    """A ready user; `bank_card_id` only where a card was asked for."""

    user = fields.Nested(UserSchema, required=True)
    identifier = fields.String(required=True)
    password = fields.String(required=True)
    transaction_password = fields.String(required=True)
    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    bank_card_id = fields.String()


class NewSandboxAgentSchema(Schema):
    """An agent of a role."""

    role = StrictString(load_default=Role.AGENT.value, validate=validate.OneOf(list(Role)))


class SandboxAgentIdentitySchema(Schema):
    """Who the agent is."""

    id = fields.String(required=True)
    email = fields.String(required=True)
    display_name = fields.String(required=True)
    role = fields.String(required=True)


class SandboxAgentSchema(Schema):
    """A ready agent."""

    agent = fields.Nested(SandboxAgentIdentitySchema, required=True)
    email = fields.String(required=True)
    password = fields.String(required=True)
    totp_secret = fields.String(required=True)
    access_token = fields.String(required=True)


class MessageQuerySchema(Schema):
    """Which messages, and how many real seconds to wait for the first."""

    to = StrictString(maximum=254)
    since = MomentField(metadata={"description": "inclusive"})
    wait = QueryInteger(load_default=0, validate=validate.Range(0, LONGEST_WAIT_SECONDS))


class ReceivedMessageSchema(Schema):
    """What carrier or mailbox received; `code` are the six digits in the body, or null."""

    id = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(["sms", "email"]))
    to = fields.String(required=True)
    template = fields.String(required=True)
    subject = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class ReceivedMessagesSchema(Schema):
    """Newest first."""

    data = fields.List(fields.Nested(ReceivedMessageSchema), required=True)


class SandboxClockSchema(Schema):
    """Virtual time, and how far it is ahead of the machine's."""

    now = MomentField(required=True)
    offset_seconds = fields.Raw(required=True, metadata={"type": "number"})


class ClockAdvanceSchema(Schema):
    """Exactly one of `seconds` and `to`."""

    seconds = StrictInteger(validate=validate.Range(0, int(MOST_AHEAD.total_seconds())))
    to = MomentField()

    @validates_schema
    def exactly_one(self, data: dict[str, Any], **_: Any) -> None:
        """Both, or none, say nothing clear."""
        if len(data) != 1:
            raise ValidationError("invalid")


class RanJobSchema(Schema):
    """A job that ran: its kind, its own id, and when it was due."""

    job = fields.String(required=True)
    id = fields.String(required=True)
    due_at = MomentField(required=True)


class AdvancedClockSchema(SandboxClockSchema):
    """Where the clock stands now, and what ran on the way, in order."""

    ran = fields.List(fields.Nested(RanJobSchema), required=True)


class FaultMatchSchema(Schema):
    """Only requests that say the same are disturbed."""

    amount = StrictInteger(validate=validate.Range(1))
    merchant_id = StrictString(maximum=64)
    user_id = StrictString(maximum=64)
    card_last4 = StrictString(validate=validate.Regexp(_LAST4))


class NewFaultSchema(Schema):
    """A fault; which kinds suit which operations, the world knows.

    `delay_ms` is real time: the kind `delay` needs it, the others take none.
    """

    target = StrictString(required=True, validate=validate.OneOf(SIMULATED_TARGETS))
    operation = StrictString(validate=validate.OneOf(OPERATIONS), allow_none=True)
    kind = StrictString(required=True, validate=validate.OneOf(FAULT_KINDS))
    times = StrictInteger(validate=validate.Range(1, _TIMES_AT_MOST))
    after = StrictInteger(validate=validate.Range(0, _TIMES_AT_MOST))
    match = fields.Nested(FaultMatchSchema, allow_none=True)
    delay_ms = StrictInteger(validate=validate.Range(1, _LONGEST_DELAY_MS), allow_none=True)


class FaultSchema(Schema):
    """A fault and how often it was met."""

    id = fields.String(required=True)
    target = fields.String(required=True)
    operation = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    times = fields.Integer(required=True)
    after = fields.Integer(required=True)
    match = fields.Nested(FaultMatchSchema, required=True, allow_none=True)
    delay_ms = fields.Integer(required=True, allow_none=True)
    hits = fields.Integer(required=True)
    remaining = fields.Integer(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class FaultsSchema(Schema):
    """In the order in which they are tried, used ones too."""

    data = fields.List(fields.Nested(FaultSchema), required=True)


class TriggerSchema(Schema):
    """A magic value; reason and code where it brings a failure."""

    kind = fields.String(
        required=True, validate=validate.OneOf(["merchant", "card_number", "identifier"])
    )
    value = fields.String(required=True)
    effect = fields.String(required=True, metadata={"description": "`ok` for a plain value"})
    failure_reason = fields.String()
    failure_code = fields.String()


class TriggersSchema(Schema):
    """The whole catalogue."""

    data = fields.List(fields.Nested(TriggerSchema), required=True)


class StatementQuerySchema(Schema):
    """Whose statement."""

    card_number = StrictString(required=True, validate=validate.Regexp(_CARD_NUMBER))


class StatementLineSchema(Schema):
    """One movement as the cardholder sees it at the bank."""

    id = fields.String(required=True)
    amount = fields.Integer(required=True)
    currency = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(["credit", "debit"]))
    description = fields.String(required=True)
    posted_at = fields.String(required=True, metadata={"format": "date-time"})


class StatementSchema(Schema):
    """Newest first."""

    data = fields.List(fields.Nested(StatementLineSchema), required=True)


class ChargeQuerySchema(Schema):
    """An attempt's id, or a payment's or top-up's."""

    reference = StrictString(maximum=64)


class GatewayChargeSchema(Schema):
    """A line of the gateway's own book."""

    id = fields.String(required=True)
    reference = fields.String(required=True)
    amount = fields.Integer(required=True)
    currency = fields.String(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["captured", "declined", "refunded"])
    )
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class GatewayChargesSchema(Schema):
    """Newest first."""

    data = fields.List(fields.Nested(GatewayChargeSchema), required=True)


class InvariantSchema(Schema):
    """One thing that must be true, and what was found."""

    name = fields.String(required=True)
    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)


class InvariantsSchema(Schema):
    """Whether all is well, and why."""

    ok = fields.Boolean(required=True)
    checks = fields.List(fields.Nested(InvariantSchema), required=True)
