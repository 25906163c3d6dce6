"""An agent takes a case up again that was over."""

from dataclasses import dataclass
from typing import Final, cast

from app.core.database import Transaction
from app.core.http.call import Principal
from app.core.locale import Locale
from app.support.conversations.acting import note_act
from app.support.conversations.agent_queries import DeskConversation, as_desk_sees
from app.support.conversations.assigning import assign_waiting
from app.support.conversations.errors import CONVERSATION_CLOSED
from app.support.conversations.models import Conversation
from app.support.conversations.recording import (
    NewConversation,
    move,
    open_conversation,
    take_conversation,
)
from app.support.conversations.rules import (
    ACTIVE,
    REOPENED_WITHIN,
    ConversationChannel,
    ConversationStatus,
)
from app.support.dependencies import SupportDependencies

_LIVE: Final = frozenset({ConversationChannel.CHAT, ConversationChannel.HOTLINE})


@dataclass(frozen=True, slots=True)
class Reopened:
    """The conversation to go on with; `is_new` where it is a follow-up, linked by `follow_up_of`."""

    found: DeskConversation
    is_new: bool


def reopen_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str
) -> Reopened:
    """Open it again within seven days of its end; later open a follow-up. One that isn't over stays as it is.

    Raises NOT_FOUND, and CONVERSATION_CLOSED for one that was merged: its case goes on elsewhere.
    """
    with deps.database.transaction() as tx:
        conversation = take_conversation(tx, conversation_id)
        status = conversation.status
        if status == ConversationStatus.MERGED:
            raise CONVERSATION_CLOSED(merged_into=conversation.merged_into)
        ended_at = conversation.resolved_at or conversation.closed_at
        is_new = ended_at is not None and ended_at + REOPENED_WITHIN <= tx.now
        if status not in ACTIVE and not is_new:
            move(tx, deps, conversation, ConversationStatus.OPEN)
        going_on = _follow_up(tx, deps, conversation) if is_new else conversation
        detail = {"follow_up": going_on.id} if is_new else None
        note_act(tx, deps, who, "reopen_conversation", conversation, detail=detail)
        found = as_desk_sees(tx, deps.timezone, [going_on])[0]
    assign_waiting(deps)
    return Reopened(found, is_new)


def _follow_up(
    tx: Transaction, deps: SupportDependencies, conversation: Conversation
) -> Conversation:
    """A new case about the old one; by ticket, since nobody sits in front of a chat or holds the line."""
    channel = ConversationChannel(conversation.channel)
    new = NewConversation(
        channel=ConversationChannel.TICKET if channel in _LIVE else channel,
        user_id=conversation.user_id,
        subject=conversation.subject,
        payment_id=conversation.payment_id,
        locale=cast("Locale", conversation.locale),
        follow_up_of=conversation.id,
    )
    return open_conversation(tx, deps, new)
