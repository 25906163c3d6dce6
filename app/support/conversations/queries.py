"""Reading conversations: the user's own, and their messages in order."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import NOT_FOUND, existing
from app.core.pagination import Page, PageRequest, Position, fetch_page
from app.support.conversations.models import Conversation, Message


def own_conversation(tx: Transaction, user_id: str, conversation_id: str) -> Conversation:
    """The user's conversation. Raises NOT_FOUND, for somebody else's too."""
    found = tx.get(Conversation, conversation_id)
    if found is None or found.user_id != user_id:
        raise NOT_FOUND()
    return found


def list_own(
    tx: Transaction, user_id: str, status: str | None, page: PageRequest
) -> Page[Conversation]:
    """The user's conversations, newest first."""
    query = sa.select(Conversation).where(Conversation.user_id == user_id)
    if status is not None:
        query = query.where(Conversation.status == status)
    return fetch_page(tx, query, page, at=Conversation.created_at, row_id=Conversation.id)


def list_messages(
    tx: Transaction, conversation_id: str, after_seq: int, page: PageRequest
) -> Page[Message]:
    """A conversation's messages behind `after_seq`, oldest first."""
    after = max(after_seq, int(page.after.id) if page.after else 0)
    rows = messages_after(tx, conversation_id, after, page.limit + 1)
    data = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(data, Position(data[-1].created_at, str(data[-1].seq)) if more else None)


def messages_after(
    tx: Transaction, conversation_id: str, after_seq: int, limit: int | None = None
) -> Sequence[Message]:
    """Messages behind a number, oldest first."""
    query = (
        sa.select(Message)
        .where(Message.conversation_id == conversation_id, Message.seq > after_seq)
        .order_by(Message.seq)
        .limit(limit)
    )
    return tx.scalars(query).all()


def message_of_user(tx: Transaction, user_id: str, message_id: str) -> Message:
    """A message in one of the user's conversations. Raises NOT_FOUND."""
    found = existing(tx.get(Message, message_id))
    own_conversation(tx, user_id, found.conversation_id)
    return found


def message_of_agent(tx: Transaction, agent_id: str, message_id: str) -> Message:
    """A message that the agent wrote. Raises NOT_FOUND."""
    found = tx.get(Message, message_id)
    if found is None or found.agent_id != agent_id:
        raise NOT_FOUND()
    return found
