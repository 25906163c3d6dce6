"""Calls and call codes as the API takes and shows them (contract, sections 7 and 8)."""

import re

from marshmallow import Schema, fields, validate

from app.core.http.fields import MomentField, StrictString
from app.support.calls.rules import NOTES_MAX, CallStatus, Direction, Fact
from app.support.levels import Level

_ID_MAX = 64
_E164 = validate.Regexp(re.compile(r"\+[1-9][0-9]{6,14}\Z"))
_DIRECTION = validate.OneOf([direction.value for direction in Direction])
_STATUS = validate.OneOf([status.value for status in CallStatus])


class CallCodeSchema(Schema):
    """Six digits to read to the agent of a hotline call; nobody else should ask for them."""

    code = fields.String(required=True)
    expires_at = MomentField(required=True)


class CallAgentSchema(Schema):
    """The agent by name, as users see them."""

    display_name = fields.String(required=True)


class CurrentCallSchema(Schema):
    """Whom the hotline is talking to as this user; `verified` once the call code of the user's app was read out."""

    direction = fields.String(required=True, validate=_DIRECTION)
    agent = fields.Nested(CallAgentSchema, required=True)
    since = MomentField(required=True)
    verified = fields.Boolean(required=True)


class OngoingCallSchema(Schema):
    """The caller's hotline call that goes on, null where there is none."""

    call = fields.Nested(CurrentCallSchema, required=True, allow_none=True)


class NewCallSchema(Schema):
    """A call that begins; `phone` in E.164, null for a number that is withheld.

    `conversation_id`: the case that it is about; without one it opens a case of its own.
    """

    phone = StrictString(required=True, allow_none=True, maximum=16, validate=_E164)
    direction = StrictString(required=True, validate=_DIRECTION)
    conversation_id = StrictString(maximum=_ID_MAX)


class CallChangeSchema(Schema):
    """What shall be different. `user_id`: who the caller seems to be. `agent_id`: who takes the call over.

    `conversation_id`: the case of that customer which the call is about. `confirmed_fact`: what of the account the
    caller knew, as the agent heard it: level L2, which opens no door that L1 doesn't.
    """

    notes = StrictString(minimum=0, maximum=NOTES_MAX, allow_none=True)
    status = StrictString(validate=validate.OneOf([CallStatus.ENDED.value]))
    user_id = StrictString(maximum=_ID_MAX, allow_none=True)
    agent_id = StrictString(maximum=_ID_MAX)
    conversation_id = StrictString(maximum=_ID_MAX)
    confirmed_fact = StrictString(validate=validate.OneOf([fact.value for fact in Fact]))


class CallQuerySchema(Schema):
    """What a list of calls is narrowed to."""

    status = StrictString(validate=_STATUS)
    user_id = StrictString(maximum=_ID_MAX)
    agent_id = StrictString(maximum=_ID_MAX)
    conversation_id = StrictString(maximum=_ID_MAX)


class CallSchema(Schema):
    """A call. `phone` in full for the agent who has the call, masked for others; `user_id` is a claim below L3.

    `conversation_id` is its case in the queue.
    """

    id = fields.String(required=True)
    agent_id = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    direction = fields.String(required=True, validate=_DIRECTION)
    user_id = fields.String(required=True, allow_none=True)
    conversation_id = fields.String(required=True, allow_none=True)
    level = fields.String(required=True, validate=validate.OneOf([it.value for it in Level]))
    status = fields.String(required=True, validate=_STATUS)
    notes = fields.String(required=True, allow_none=True)
    started_at = MomentField(required=True)
    verified_at = MomentField(required=True, allow_none=True)
    ended_at = MomentField(required=True, allow_none=True)


class CallVerificationSchema(Schema):
    """The code that the caller read out."""

    call_code = StrictString(
        required=True,
        minimum=6,
        maximum=6,
        validate=validate.Regexp(re.compile(r"[0-9]{6}\Z")),
    )


class VerifiedCallSchema(Schema):
    """How sure it is now who calls, and who that is."""

    verified = fields.Boolean(required=True)
    level = fields.String(required=True, validate=validate.OneOf([it.value for it in Level]))
    user_id = fields.String(required=True)
