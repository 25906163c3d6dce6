"""An agent goes on with two conversations of one customer as one."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.http.call import Principal
from app.core.locale import Text
from app.support.calls.models import SupportCall
from app.support.conversations.acting import note_act
from app.support.conversations.agent_queries import DeskConversation, as_desk_sees
from app.support.conversations.errors import CONVERSATIONS_NOT_MERGEABLE
from app.support.conversations.models import Conversation
from app.support.conversations.recording import (
    add_message,
    hear_of_user,
    move,
    take_conversation,
)
from app.support.conversations.rules import (
    ACTIVE,
    TAKES_MESSAGES,
    Author,
    ConversationStatus,
    Priority,
)
from app.support.dependencies import SupportDependencies

_OURS = frozenset({ConversationStatus.NEW, ConversationStatus.OPEN})
_GOES_ON = Text(
    "此会话已合并到 {other}，请在那里继续。",
    "This conversation goes on in {other}; please write there.",
)
_TAKES_IN = Text("会话 {other} 已合并到此会话。", "Conversation {other} goes on here.")


def merge_conversations(
    deps: SupportDependencies, who: Principal, conversation_id: str, into: str
) -> DeskConversation:
    """End the first, and go on in `into`; both say so to the user. What was said stays where it was said.

    Returns the first. Raises NOT_FOUND, and CONVERSATIONS_NOT_MERGEABLE for one with itself, for those of different
    customers or of nobody, and where one is over.
    """
    with deps.database.transaction() as tx:
        calls = sa.select(SupportCall.id).where(SupportCall.conversation_id == conversation_id)
        tx.scalars(calls.order_by(SupportCall.id).with_for_update()).all()
        taken = {it: take_conversation(tx, it) for it in sorted({conversation_id, into})}
        source, target = taken[conversation_id], taken[into]
        if not _can(source, target):
            raise CONVERSATIONS_NOT_MERGEABLE()
        for conversation, text, other in ((source, _GOES_ON, into), (target, _TAKES_IN, source.id)):
            said = text.zh if conversation.locale != "en" else text.en
            add_message(tx, deps, conversation.id, Author.SYSTEM, said.format(other=other))
        _take_over(tx, deps, source, target)
        source.merged_into = target.id
        move(tx, deps, source, ConversationStatus.MERGED)
        note_act(tx, deps, who, "merge_conversations", source, detail={"into": target.id})
        return as_desk_sees(tx, deps.timezone, [source])[0]


def _take_over(
    tx: Transaction, deps: SupportDependencies, source: Conversation, target: Conversation
) -> None:
    """What was waited for isn't lost: urgency, the payment and the calls go along, and nothing sleeps over it."""
    if source.status in _OURS:
        hear_of_user(tx, deps, target)
    if source.priority == Priority.URGENT:
        target.priority = Priority.URGENT
        target.escalated_at = target.escalated_at or source.escalated_at
    target.payment_id = target.payment_id or source.payment_id
    calls = sa.update(SupportCall).where(SupportCall.conversation_id == source.id)
    tx.change(calls.values(conversation_id=target.id))


def _can(source: Conversation, target: Conversation) -> bool:
    same_customer = source.user_id is not None and source.user_id == target.user_id
    going_on = source.status in ACTIVE and target.status in TAKES_MESSAGES
    return same_customer and going_on and source.id != target.id
