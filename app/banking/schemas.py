"""The shapes of bank cards (contract, section 5): strict bodies, and what is answered."""

import re

from marshmallow import Schema, fields, validate

from app.banking.issuers import CardType
from app.banking.queries import ALL
from app.banking.rules import CardStatus, DepositStatus
from app.core.http.fields import (
    MomentField,
    PhoneNumber,
    StrictInteger,
    StrictString,
    TransactionPassword,
)

MAX_NAME = 100
_NAME = re.compile(r"(?=.*\w)[^\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\ud800-\udfff]+\Z")
_PREFIX = re.compile(r"[0-9]{6,10}\Z")


class NewBankCardSchema(Schema):
    """A card to bind. There is no field for a CVV, so one is refused."""

    # Any length: what is wrong with the number is told by `card_number_invalid`.
    card_number = StrictString(
        required=True,
        minimum=0,
        metadata={"description": "digits only, 12 to 19", "writeOnly": True},
    )
    holder_name = StrictString(
        required=True,
        minimum=0,  # the pattern wants a letter
        maximum=MAX_NAME,
        validate=validate.Regexp(_NAME),
        metadata={"description": "as on the card; kept masked only"},
    )
    phone = PhoneNumber(
        required=True,
        minimum=0,
        metadata={
            "description": "the number that the bank knows, E.164, or 11 digits of mainland China; "
            "handed to the bank and not kept"
        },
    )
    transaction_password = TransactionPassword(required=True)


class ConfirmBankCardRequestSchema(Schema):
    """The amount of the one small deposit; any integer is a guess and costs a try."""

    amount = StrictInteger(required=True, metadata={"description": "fen, 1 to 99"})


class UnbindBankCardRequestSchema(Schema):
    """Unbinding asks for the transaction password."""

    transaction_password = TransactionPassword(required=True)


class BankCardFilterSchema(Schema):
    """Which cards are listed; pending and active ones without it."""

    status = fields.String(validate=validate.OneOf([*CardStatus, ALL]))


class BankPrefixFilterSchema(Schema):
    """The first digits of a card number, so few that they are no card number."""

    card_number_prefix = fields.String(
        required=True,
        validate=validate.Regexp(_PREFIX),
        metadata={"description": "6 to 10 digits; never send the whole number in an address"},
    )


class BankSchema(Schema):
    """An issuer, named in the language of `Accept-Language`."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class CardProductSchema(Schema):
    """What the first digits of a number tell."""

    bank = fields.Nested(BankSchema, required=True)
    card_type = fields.String(required=True, validate=validate.OneOf(list(CardType)))
    card_number_lengths = fields.List(fields.Integer(), required=True)


class CardVerificationSchema(Schema):
    """The micro-deposit: on its way, sent, or returned. Its amount is on the card's statement only."""

    method = fields.String(required=True, validate=validate.OneOf(["micro_deposit"]))
    deposit_status = fields.String(required=True, validate=validate.OneOf(list(DepositStatus)))
    attempts_remaining = fields.Integer(required=True)
    expires_at = MomentField(required=True)


class BankCardSchema(Schema):
    """A card; the holder's name is masked, of the number only the last four digits are known."""

    id = fields.String(required=True)
    bank = fields.Nested(BankSchema, required=True)
    card_type = fields.String(required=True, validate=validate.OneOf(list(CardType)))
    last4 = fields.String(required=True)
    holder_name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(CardStatus)))
    is_default = fields.Boolean(required=True)
    verification = fields.Nested(CardVerificationSchema, required=True, allow_none=True)
    previous_binding_id = fields.String(required=True, allow_none=True)
    created_at = MomentField(required=True)
    unbound_at = MomentField(required=True, allow_none=True)
