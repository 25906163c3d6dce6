"""The wallet and its entries as the API shows them (contract, section 4)."""

from marshmallow import Schema, fields

from app.core.http.fields import MomentField


class WalletSchema(Schema):
    """A balance in minor units; `total` = `available` + `held`."""

    id = fields.String(required=True)
    currency = fields.String(required=True)
    available = fields.Integer(required=True)
    held = fields.Integer(required=True)
    total = fields.Integer(required=True)
    as_of = MomentField(required=True)


class WalletQuerySchema(Schema):
    """`at`: the moment of which the balance is asked; now unless given."""

    at = MomentField()


class EntryReferenceSchema(Schema):
    """The object that the movement belongs to."""

    type = fields.String(required=True)
    id = fields.String(required=True)


class WalletEntrySchema(Schema):
    """A settled movement; `amount` is signed, `balance_after` the total behind it."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    amount = fields.Integer(required=True)
    balance_after = fields.Integer(required=True)
    reference = fields.Nested(EntryReferenceSchema, required=True)
    description = fields.String(required=True)
    created_at = MomentField(required=True)
