"""Channels as the API shows them (contract, section 7)."""

from marshmallow import Schema, fields, validate

from app.core.http.fields import MomentField
from app.support.channels import WEEKDAYS


class OpeningSpanSchema(Schema):
    """Local opening hours on some weekdays; `24:00` is the day's end."""

    days = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), required=True)
    opens = fields.String(required=True)
    closes = fields.String(required=True)


class OpeningHoursSchema(Schema):
    """When somebody is there, in words and in spans of the named time zone."""

    text = fields.String(required=True)
    timezone = fields.String(required=True)
    spans = fields.List(fields.Nested(OpeningSpanSchema), required=True)


class SupportChannelSchema(Schema):
    """A way to reach us. `promised_reply_at`: by when a contact made now is answered.

    `promised_reply_seconds` counts while somebody is there.
    """

    code = fields.String(required=True)
    name = fields.String(required=True)
    contact = fields.String(required=True, allow_none=True)
    hours = fields.Nested(OpeningHoursSchema, required=True)
    open_now = fields.Boolean(required=True)
    promised_reply = fields.String(required=True)
    promised_reply_seconds = fields.Integer(required=True)
    promised_reply_at = MomentField(required=True)
