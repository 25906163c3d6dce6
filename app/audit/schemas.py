"""The trail as the API shows it (contract, section 8)."""

from marshmallow import Schema, fields

from app.core.http.fields import MomentField, StrictString

_LONGEST = 100


class AuditQuerySchema(Schema):
    """How the trail is narrowed; times are inclusive."""

    actor = StrictString(maximum=_LONGEST)
    action = StrictString(maximum=_LONGEST)
    subject = StrictString(maximum=_LONGEST)
    customer_id = StrictString(maximum=_LONGEST)
    created_from = MomentField()
    created_to = MomentField()


class AuditEntrySchema(Schema):
    """One act. `fields` names what was read or changed, never values; `hash` covers the entry and the one before."""

    seq = fields.Integer(required=True)
    at = MomentField(required=True)
    actor = fields.String(
        required=True, metadata={"description": "an agent's or user's id, `system` or `anonymous`"}
    )
    action = fields.String(required=True)
    subject = fields.String(required=True, allow_none=True)
    customer_id = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    # `fields` is what a schema calls its own.
    named_fields = fields.List(
        fields.String(), required=True, attribute="fields", data_key="fields"
    )
    detail = fields.Dict(required=True)
    hash = fields.String(required=True)


class AuditVerificationSchema(Schema):
    """`checked` entries are as they were written; `first_bad_seq` is the first that isn't, or is missing."""

    ok = fields.Boolean(required=True)
    checked = fields.Integer(required=True)
    first_bad_seq = fields.Integer(required=True, allow_none=True)
