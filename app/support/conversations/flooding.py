"""How much of the desk one user can take: cases that are open at once, and messages a minute.

Generous, since only a flood shall meet them; counted in the database over all processes. Mail has limits of its own
(app.support.mailroom), and what an agent writes is never counted.
"""

from typing import Final

import sqlalchemy as sa

from app.auth.protecting import hold_user
from app.core.database import Transaction
from app.core.days import seconds_until
from app.core.errors import RATE_LIMITED, RateLimit
from app.support.conversations.models import Conversation, Message
from app.support.conversations.rules import (
    ACTIVE,
    MESSAGES_A_MINUTE,
    MESSAGES_WINDOW,
    OPEN_AT_ONCE,
    OPEN_RETRY,
    Author,
)


def refuse_one_more_case(tx: Transaction, user_id: str) -> None:
    """Raises RATE_LIMITED for a user who has begun so many cases that are open, by chat or ticket.

    The account is locked meanwhile, so that cases begun at once are counted one after the other.
    """
    hold_user(tx, user_id)
    mine = (
        Conversation.user_id == user_id,
        Conversation.status.in_(ACTIVE),
        Conversation.session_id.is_not(
            None
        ),  # what the user began, and not who claimed to be the user
    )
    opened = tx.scalar(sa.select(sa.func.count()).select_from(Conversation).where(*mine)) or 0
    if opened >= OPEN_AT_ONCE:
        seconds = int(OPEN_RETRY.total_seconds())
        limit = RateLimit("open_conversations", OPEN_AT_ONCE, seconds)
        raise RATE_LIMITED(retry_after=seconds, limit=limit, open_conversations=opened)


def refuse_one_more_message(tx: Transaction, user_id: str) -> None:
    """Raises RATE_LIMITED for a user who has said so much within a minute, over all conversations.

    No lock keeps messages that come at once apart, so as many may go over it as come at once.
    """
    since = tx.now - MESSAGES_WINDOW
    said = (
        sa.select(Message.created_at)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.user_id == user_id,
            Conversation.updated_at > since,
            Message.seq > Conversation.last_seq - _LOOKED_AT,  # by the index, however long it is
            Message.author == Author.USER,
            Message.created_at > since,
        )
        .order_by(Message.created_at.desc())
        .limit(MESSAGES_A_MINUTE)
    )
    times = tx.scalars(said).all()
    if len(times) == MESSAGES_A_MINUTE:
        limit = RateLimit("messages", MESSAGES_A_MINUTE, int(MESSAGES_WINDOW.total_seconds()))
        wait = seconds_until(times[-1] + MESSAGES_WINDOW, tx.now)
        raise RATE_LIMITED(retry_after=wait, limit=limit)


_LOOKED_AT: Final = 2 * MESSAGES_A_MINUTE
"""Of the newest of a conversation: the user's, and as many of others between them."""
