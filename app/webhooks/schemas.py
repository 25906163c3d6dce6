"""Endpoints, deliveries and callbacks as the API shows them (contract, section 8)."""

from marshmallow import Schema, fields, validate

from app.core.http.fields import MomentField, StrictString
from app.webhooks.rules import (
    EVENT_TYPES,
    MAX_DESCRIPTION,
    MAX_PATTERNS,
    MAX_URL,
    CallbackStatus,
    DeliveryStatus,
    EndpointStatus,
)

_TYPES = "; ".join(f"`{name}`: {meaning}" for name, meaning in EVENT_TYPES.items())
_EVENTS = f"Types, families such as `payment.*`, or `*` for all. The types: {_TYPES}"
_LONGEST_PATTERN = 64


class NewWebhookEndpointSchema(Schema):
    """Where to send which events. In production the URL is one of https and leads to a public address."""

    url = StrictString(required=True, maximum=MAX_URL, metadata={"format": "uri"})
    events = fields.List(
        StrictString(maximum=_LONGEST_PATTERN),
        required=True,
        validate=validate.Length(min=1, max=MAX_PATTERNS),
        metadata={"description": _EVENTS},
    )
    description = StrictString(allow_none=True, load_default=None, maximum=MAX_DESCRIPTION)


class WebhookEndpointSchema(Schema):
    """An endpoint; `disabled` ones answered 410 and are told nothing new."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    description = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(list(EndpointStatus)))
    created_at = MomentField(required=True)


class CreatedWebhookEndpointSchema(WebhookEndpointSchema):
    """A new endpoint with its secret, which is never shown again."""

    secret = fields.String(
        required=True, metadata={"description": "`whsec_` and base64 (Standard Webhooks)"}
    )


class WebhookAttemptSchema(Schema):
    """One try: the receiver's status, or the problem that kept it away; `latency_ms` is real time."""

    at = MomentField(required=True)
    http_status = fields.Integer(required=True, allow_none=True)
    problem = fields.String(required=True, allow_none=True)
    latency_ms = fields.Integer(required=True)


class WebhookDeliverySchema(Schema):
    """One event for one endpoint. `event_id` is the `webhook-id` of every try."""

    id = fields.String(required=True)
    event_id = fields.String(required=True)
    type = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(DeliveryStatus)))
    attempts = fields.List(fields.Nested(WebhookAttemptSchema), required=True)
    next_attempt_at = MomentField(required=True, allow_none=True)
    created_at = MomentField(required=True)


class CallbackSchema(Schema):
    """What happened, in the gateway's or the bank's words: `data` is the object that its own API shows."""

    type = fields.String(required=True)
    timestamp = fields.String()
    data = fields.Dict(required=True)


class HeardCallbackSchema(Schema):
    """What became of a callback."""

    status = fields.String(required=True, validate=validate.OneOf(list(CallbackStatus)))
