"""Conversations as the API takes and shows them to agents (contract, section 8)."""

from marshmallow import Schema, fields, validate

from app.core.http.fields import MomentField, QueryInteger, StrictInteger, StrictString
from app.core.locale import LOCALES
from app.support.clocks.rules import ClockKind, ClockStatus
from app.support.conversations.rules import (
    CAPACITY_MAX,
    NOTE_MAX,
    TEXT_MAX,
    WAITED_FOR,
    PresenceStatus,
    Priority,
)
from app.support.conversations.schemas import (
    AUTHOR,
    CHANNEL,
    ID_MAX,
    LOCALE,
    STATUS,
    says_something,
)

_WAITED_FOR = validate.OneOf(list(WAITED_FOR))
_PRESENCE = validate.OneOf([status.value for status in PresenceStatus])
REASON_MAX = 500


class QueueQuerySchema(Schema):
    """What the queue is narrowed to. `assigned_to`: an agent's id, `me`, or `none`."""

    status = StrictString(validate=STATUS)
    assigned_to = StrictString(maximum=ID_MAX)
    channel = StrictString(validate=CHANNEL)
    user_id = StrictString(maximum=ID_MAX)


class ClockSchema(Schema):
    """A deadline in business time; `due_at` is null while it stands still or is over."""

    kind = fields.String(required=True, validate=validate.OneOf([it.value for it in ClockKind]))
    state = fields.String(required=True, validate=validate.OneOf([it.value for it in ClockStatus]))
    due_at = MomentField(required=True, allow_none=True)
    elapsed_seconds = fields.Integer(required=True)
    target_seconds = fields.Integer(required=True)
    warned = fields.Boolean(required=True)
    breached = fields.Boolean(required=True)


class ConversationAgentSchema(Schema):
    """The agent who is responsible."""

    id = fields.String(required=True)
    display_name = fields.String(required=True)


class ConversationRatingSchema(Schema):
    """What the user thought of it."""

    score = fields.Integer(required=True)
    comment = fields.String(required=True, allow_none=True)
    created_at = MomentField(required=True)


class DeskConversationSchema(Schema):
    """A conversation as agents see it. `user_id` is null for a sender whom nobody verified.

    `notes` is how many there are; `version` grows with every change of it.
    """

    id = fields.String(required=True)
    channel = fields.String(required=True, validate=CHANNEL)
    status = fields.String(required=True, validate=STATUS)
    priority = fields.String(required=True, validate=validate.OneOf([it.value for it in Priority]))
    locale = fields.String(required=True, validate=LOCALE)
    subject = fields.String(required=True, allow_none=True)
    user_id = fields.String(required=True, allow_none=True)
    payment_id = fields.String(required=True, allow_none=True)
    assigned_to = fields.String(required=True, allow_none=True)
    agent = fields.Nested(ConversationAgentSchema, required=True, allow_none=True)
    last_seq = fields.Integer(required=True)
    version = fields.Integer(required=True)
    notes = fields.Integer(required=True)
    clocks = fields.List(fields.Nested(ClockSchema), required=True)
    rating = fields.Nested(ConversationRatingSchema, required=True, allow_none=True)
    promised_reply_at = MomentField(required=True, allow_none=True)
    first_replied_at = MomentField(required=True, allow_none=True)
    snoozed_until = MomentField(required=True, allow_none=True)
    escalated_at = MomentField(required=True, allow_none=True)
    resolved_at = MomentField(required=True, allow_none=True)
    closed_at = MomentField(required=True, allow_none=True)
    merged_into = fields.String(required=True, allow_none=True)
    follow_up_of = fields.String(required=True, allow_none=True)
    created_at = MomentField(required=True)
    updated_at = MomentField(required=True)


class EntrySchema(Schema):
    """A message, or a note: that one has no `seq` and is never shown to users."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["message", "note"]))
    seq = fields.Integer(required=True, allow_none=True)
    author = fields.String(required=True, validate=AUTHOR)
    agent = fields.Nested(ConversationAgentSchema, required=True, allow_none=True)
    text = fields.String(required=True)
    created_at = MomentField(required=True)


class AssignmentSchema(Schema):
    """Who shall be responsible; null gives it back to the queue."""

    agent_id = StrictString(required=True, maximum=ID_MAX, allow_none=True)


class NewReplySchema(Schema):
    """What to say to the user.

    `last_seen_seq`: the newest message that you have seen; where a colleague replied behind it, nothing is sent.
    `wait_for`: whose turn it is then, the user's unless it already was somebody else's.
    """

    text = StrictString(required=True, maximum=TEXT_MAX, validate=says_something)
    last_seen_seq = StrictInteger(validate=validate.Range(0, 2**53))
    wait_for = StrictString(validate=_WAITED_FOR)


class NewNoteSchema(Schema):
    """What colleagues should know; card numbers, codes and passwords are masked."""

    text = StrictString(required=True, maximum=NOTE_MAX, validate=says_something)


class ConversationNoteSchema(Schema):
    """A note; `after_seq` is the newest message when it was written."""

    id = fields.String(required=True)
    agent_id = fields.String(required=True, allow_none=True)
    after_seq = fields.Integer(required=True)
    text = fields.String(required=True)
    created_at = MomentField(required=True)


class SnoozeSchema(Schema):
    """Until when, within 30 days."""

    until = MomentField(required=True)


class WaitSchema(Schema):
    """Whose turn it is: `user`, `third_party` or `approval` stop the clocks, `nobody` lets them run on."""

    whom = StrictString(required=True, validate=_WAITED_FOR, data_key="for", attribute="whom")


class EscalationSchema(Schema):
    """Why it needs attention; the evidence of `payment_id`, a payment of the customer's, is kept in the same note."""

    reason = StrictString(required=True, maximum=REASON_MAX, validate=says_something)
    payment_id = StrictString(maximum=ID_MAX)


class MergeSchema(Schema):
    """The conversation of the same customer in which it goes on."""

    into = StrictString(required=True, maximum=ID_MAX)


class NewPresenceSchema(Schema):
    """Whether you are there. `languages` you chat in, `capacity`: chats at once; both stay when left out."""

    status = StrictString(required=True, validate=_PRESENCE)
    languages = fields.List(
        StrictString(validate=LOCALE), validate=validate.Length(min=1, max=len(LOCALES))
    )
    capacity = StrictInteger(validate=validate.Range(0, CAPACITY_MAX))


class PresenceSchema(Schema):
    """What counts now: for 45 s of real time, or while your stream of the queue is open; say it again before."""

    agent_id = fields.String(required=True)
    status = fields.String(required=True, validate=_PRESENCE)
    languages = fields.List(fields.String(validate=LOCALE), required=True)
    capacity = fields.Integer(required=True)
    lasts_seconds = fields.Integer(required=True)


class QueueEventsQuerySchema(Schema):
    """Only what comes behind this event."""

    after = QueryInteger(validate=validate.Range(min=0))


class CannedReplyQuerySchema(Schema):
    """In which language, else that of the conversation; and for which conversation they are filled."""

    locale = StrictString(validate=LOCALE)
    conversation_id = StrictString(maximum=ID_MAX)


class CannedReplySchema(Schema):
    """A reply to send or change; places that nothing is known for are named in `missing`."""

    id = fields.String(required=True)
    locale = fields.String(required=True, validate=LOCALE)
    title = fields.String(required=True)
    text = fields.String(required=True)
    missing = fields.List(fields.String(), required=True)


class CannedRepliesSchema(Schema):
    """Those that fit what became of the conversation's payment, in the order in which they are offered."""

    data = fields.List(fields.Nested(CannedReplySchema), required=True)
