"""How sure we are that whoever speaks is who they say: L0 to L4 of support.md, and what a call or conversation gives.

What each level allows is in actions/rules.py. Static knowledge (a birthday, an address) gives no level at all.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.auth.models import UserSession
from app.core.database import Transaction
from app.core.errors import existing
from app.support.calls.models import SupportCall
from app.support.calls.queries import calls_of_cases, get_call
from app.support.calls.rules import AFTER_THE_CALL, VERIFIED_FOR
from app.support.conversations.models import Conversation
from app.support.conversations.rules import ConversationChannel, ConversationStatus


class Level(StrEnum):
    """Levels compare as they are written: `Level.CODE >= Level.NUMBER`."""

    UNKNOWN = "L0"
    """Somebody."""
    NUMBER = "L1"
    """The number or address matches: a claim, which anybody can forge."""
    FACT = "L2"
    """A fact from the account, confirmed by an agent."""
    CODE = "L3"
    """The logged-in app: a call code read out, or words written in it."""
    FRESH_CODE = "L4"
    """The same, with a login that is fresh."""


FRESH_LOGIN: Final = timedelta(minutes=15)
"""A login counts as fresh for as long as its first access token (contract, section 10)."""
IN_THE_APP: Final = frozenset({ConversationChannel.CHAT, ConversationChannel.TICKET})
"""Channels that only the logged-in app reaches; mail never raises a level."""
OVER: Final = frozenset(
    {ConversationStatus.RESOLVED, ConversationStatus.CLOSED, ConversationStatus.MERGED}
)
HARMLESS_ENDS: Final = frozenset({None, "logged_out"})
"""How the session that wrote may have ended. One that a reset or a revocation ended was perhaps somebody else's."""


def level_of_login(logged_in_at: datetime, now: datetime) -> Level:
    """What the logged-in app gives, by when its session began."""
    return Level.FRESH_CODE if now - logged_in_at <= FRESH_LOGIN else Level.CODE


def level_of(
    tx: Transaction,
    user_id: str,
    *,
    call_id: str | None = None,
    conversation_id: str | None = None,
    agent_id: str | None = None,
) -> Level:
    """How sure it is that `user_id` asks, in this call or this conversation; the better of the two.

    Both speak for their own user only. With `agent_id` a call counts only for the agent who has it; a conversation that
    is held by telephone is as sure as its newest call: an earlier one may have been somebody else's. Raises NOT_FOUND
    for a call or conversation that isn't there.
    """
    calls: list[SupportCall] = [] if call_id is None else [get_call(tx, call_id)]
    levels = [Level.UNKNOWN]
    if conversation_id is not None:
        levels.append(_of_conversation(tx, user_id, conversation_id))
        calls += calls_of_cases(tx, [conversation_id]).get(conversation_id, ())[:1]
    levels += [
        _of_call(it, tx.now)
        for it in calls
        if it.user_id == user_id and agent_id in (None, it.agent_id)
    ]
    return max(levels)


def _of_call(call: SupportCall, now: datetime) -> Level:
    if call.ended_at is not None and call.ended_at + AFTER_THE_CALL <= now:
        return Level.UNKNOWN
    if call.verified_at is not None and call.verified_at + VERIFIED_FOR <= now:
        return Level.UNKNOWN
    return Level(call.level)


def _of_conversation(tx: Transaction, user_id: str, conversation_id: str) -> Level:
    conversation = existing(tx.get(Conversation, conversation_id))
    if conversation.user_id != user_id or conversation.status in OVER:
        return Level.UNKNOWN
    if conversation.channel not in IN_THE_APP or conversation.session_id is None:
        return Level.NUMBER
    session = tx.get(UserSession, conversation.session_id)
    if session is None or session.user_id != user_id or session.end_reason not in HARMLESS_ENDS:
        return Level.NUMBER
    return level_of_login(session.created_at, tx.now)
