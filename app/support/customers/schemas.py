"""Customers as agents ask for and see them, and the access log as users see it (contract, sections 7 and 8)."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.auth.rules import AccountStatus
from app.auth.schemas import DeviceSchema
from app.banking.queries import ALL
from app.banking.rules import CardStatus
from app.core.http.fields import MomentField, PhoneNumber, StrictString
from app.core.locale import LOCALES
from app.ledger.schemas import WalletSchema
from app.support.customers.rules import LookupKey, RevealField
from app.support.customers.timeline.entries import EntryType

_EMAIL = re.compile(r"[^@\s\x00-\x1f\ud800-\udfff]{1,64}@[^@\s\x00-\x1f\ud800-\udfff]{1,250}\Z")
_ONE_TYPE = "(?:" + "|".join(it.value for it in EntryType) + ")"
_TYPES = re.compile(rf"{_ONE_TYPE}(?:,{_ONE_TYPE}){{0,{len(EntryType) - 1}}}\Z")
_ONE_OF = "Exactly one of these is needed."


class CustomerLookupSchema(Schema):
    """What the customer told, exactly one of these."""

    phone = PhoneNumber(
        maximum=16, metadata={"description": "E.164, or 11 digits of mainland China"}
    )
    email = StrictString(maximum=254, validate=validate.Regexp(_EMAIL))
    user_id = StrictString(maximum=64)
    payment_id = StrictString(
        maximum=64,
        metadata={"description": "of a payment, top-up or withdrawal, or of one of its attempts"},
    )
    card_last4 = StrictString(
        minimum=4,
        maximum=4,
        validate=validate.Regexp(re.compile(r"[0-9]{4}\Z")),
        metadata={"description": "of a card that was ever bound; the 20 last customers at most"},
    )
    call_code = StrictString(
        minimum=6,
        maximum=6,
        validate=validate.Regexp(re.compile(r"[0-9]{6}\Z")),
        metadata={"description": "as the customer's app shows it; stays good for verifying a call"},
    )

    @validates_schema(skip_on_field_errors=True)
    def one_key(self, data: dict[str, Any], **_: Any) -> None:
        """Neither none nor two."""
        if len(data) != 1:
            raise ValidationError({name: [_ONE_OF] for name in sorted(data or LookupKey)})


class CustomerSchema(Schema):
    """A customer, masked. The locks are those of this moment."""

    id = fields.String(required=True)
    display_name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    locale = fields.String(required=True, validate=validate.OneOf(list(LOCALES)))
    status = fields.String(required=True, validate=validate.OneOf([*AccountStatus]))
    has_transaction_password = fields.Boolean(required=True)
    password_free_limit = fields.Integer(required=True)
    login_locked_until = MomentField(required=True, allow_none=True)
    transaction_password_locked = fields.Boolean(required=True)
    transaction_password_locked_until = MomentField(required=True, allow_none=True)
    transaction_password_reset_required = fields.Boolean(required=True)
    wallet = fields.Nested(WalletSchema, required=True)
    last_seen_at = MomentField(required=True, allow_none=True)
    created_at = MomentField(required=True)


class FoundCustomersSchema(Schema):
    """Whom the lookup found; nobody is an empty list."""

    data = fields.List(fields.Nested(CustomerSchema), required=True)


class TimelineQuerySchema(Schema):
    """What a timeline is narrowed to: one type, or several with commas between."""

    type = StrictString(validate=validate.Regexp(_TYPES))


class TimelineEntrySchema(Schema):
    """One thing that happened to `subject_id`; `detail` depends on `type`, amounts in minor units.

    `code` is a failure code, a kind of lock or change, or an agent's action.
    """

    id = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf([it.value for it in EntryType]))
    event = fields.String(required=True)
    at = MomentField(required=True)
    subject_id = fields.String(required=True)
    text = fields.String(required=True)
    status = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    amount = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    detail = fields.Dict(required=True)


class CustomerCardQuerySchema(Schema):
    """Which of a customer's cards are listed; all of them without it, since support looks at history."""

    status = fields.String(
        load_default=ALL, validate=validate.OneOf([*CardStatus, ALL]), metadata={"default": ALL}
    )


class CustomerSessionSchema(Schema):
    """A sign-in of a customer; `active` while it goes on."""

    id = fields.String(required=True)
    device = fields.Nested(DeviceSchema, required=True)
    created_at = MomentField(required=True)
    last_seen_at = MomentField(required=True)
    expires_at = MomentField(required=True)
    ended_at = MomentField(required=True, allow_none=True)
    end_reason = fields.String(required=True, allow_none=True)
    active = fields.Boolean(required=True)


class RevealRequestSchema(Schema):
    """What to uncover. Card numbers and their holders' full names are stored nowhere."""

    field = StrictString(required=True, validate=validate.OneOf([it.value for it in RevealField]))


class RevealedSchema(Schema):
    """The value in full; it leaves the screen at `expires_at`."""

    field = fields.String(required=True, validate=validate.OneOf([it.value for it in RevealField]))
    value = fields.String(required=True)
    expires_at = MomentField(required=True)


class LookingAgentSchema(Schema):
    """An agent as users see them."""

    display_name = fields.String(required=True)


class AccessLogEntrySchema(Schema):
    """What an agent saw or did of yours: `fields` names it, `reason` is the agent's, numbers masked."""

    id = fields.String(required=True)
    agent = fields.Nested(LookingAgentSchema, required=True)
    action = fields.String(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields", attribute="fields")
    reason = fields.String(required=True, allow_none=True)
    at = MomentField(required=True)
