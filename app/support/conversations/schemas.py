"""Conversations as the API takes and shows them to users (contract, section 7)."""

from marshmallow import Schema, ValidationError, fields, validate

from app.core.http.fields import MomentField, QueryInteger, StrictInteger, StrictString
from app.core.locale import LOCALES
from app.support.conversations.rules import (
    COMMENT_MAX,
    SUBJECT_MAX,
    TEXT_MAX,
    Author,
    ConversationChannel,
    ConversationStatus,
)

ID_MAX = 64
CHANNEL = validate.OneOf([channel.value for channel in ConversationChannel])
STATUS = validate.OneOf([status.value for status in ConversationStatus])
AUTHOR = validate.OneOf([author.value for author in Author])
LOCALE = validate.OneOf(list(LOCALES))


def says_something(text: str) -> None:
    """Raises ValidationError for a text of nothing but blanks."""
    if not text.strip():
        raise ValidationError("Nothing is said.")


class NewConversationSchema(Schema):
    """A first message. Outside the chat's hours a `chat` is taken as a `ticket`."""

    channel = StrictString(
        required=True,
        validate=validate.OneOf([ConversationChannel.CHAT.value, ConversationChannel.TICKET.value]),
    )
    subject = StrictString(maximum=SUBJECT_MAX, allow_none=True, validate=says_something)
    message = StrictString(required=True, maximum=TEXT_MAX, validate=says_something)
    payment_id = StrictString(maximum=ID_MAX, allow_none=True)


class ConversationQuerySchema(Schema):
    """What a list of conversations is narrowed to."""

    status = StrictString(validate=STATUS)


class ConversationSchema(Schema):
    """A conversation; `last_seq` is the number of its newest message."""

    id = fields.String(required=True)
    channel = fields.String(required=True, validate=CHANNEL)
    status = fields.String(required=True, validate=STATUS)
    subject = fields.String(required=True, allow_none=True)
    payment_id = fields.String(required=True, allow_none=True)
    last_seq = fields.Integer(required=True)
    promised_reply_at = MomentField(required=True, allow_none=True)
    created_at = MomentField(required=True)


class NewMessageSchema(Schema):
    """What to say. Card numbers, codes and passwords are masked before it is stored."""

    text = StrictString(required=True, maximum=TEXT_MAX, validate=says_something)


class MessageSchema(Schema):
    """A message; `seq` grows by one within its conversation."""

    id = fields.String(required=True)
    seq = fields.Integer(required=True)
    author = fields.String(required=True, validate=AUTHOR)
    text = fields.String(required=True)
    created_at = MomentField(required=True)


class AfterSeqQuerySchema(Schema):
    """Only what comes behind this message."""

    after_seq = QueryInteger(validate=validate.Range(min=0))


class NewRatingSchema(Schema):
    """How it was, from 1 (bad) to 5 (good)."""

    score = StrictInteger(required=True, validate=validate.Range(1, 5))
    comment = StrictString(minimum=0, maximum=COMMENT_MAX, allow_none=True)
