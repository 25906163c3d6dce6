"""Mails in quarantine as the API shows them."""

from marshmallow import Schema, fields, validate

from app.core.http.fields import MomentField, StrictString
from app.support.mailroom.rules import DISCARDED, MailStatus, QuarantineReason


class QuarantinedMailSchema(Schema):
    """A mail that did not become a message by itself. `sender` is what it claims, masked words and all."""

    id = fields.String(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf(
            [MailStatus.QUARANTINED.value, MailStatus.RELEASED.value, DISCARDED]
        ),
    )
    reason = fields.String(
        required=True, validate=validate.OneOf([reason.value for reason in QuarantineReason])
    )
    sender = fields.String(required=True, allow_none=True)
    envelope_sender = fields.String(required=True)
    subject = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    conversation_id = fields.String(required=True, allow_none=True)
    created_at = MomentField(required=True)


class MailReleaseSchema(Schema):
    """Into which conversation; without it a new one is opened with the mail's sender."""

    conversation_id = StrictString(maximum=64)
