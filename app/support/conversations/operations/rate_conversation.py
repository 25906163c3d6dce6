"""A user says how a conversation was."""

import sqlalchemy as sa

from app.support.conversations.message_masking import mask_message
from app.support.conversations.models import ConversationRating
from app.support.conversations.queries import own_conversation
from app.support.conversations.recording import announce, take_conversation
from app.support.dependencies import SupportDependencies


def rate_conversation(
    deps: SupportDependencies, user_id: str, conversation_id: str, score: int, comment: str | None
) -> None:
    """Keep the rating, at any time, also of a conversation that is over; a later one replaces it. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        own_conversation(tx, user_id, conversation_id)
        conversation = take_conversation(tx, conversation_id)
        values = {
            "score": score,
            "comment": None if comment is None else mask_message(comment),
            "created_at": tx.now,
        }
        if not tx.insert_missing(ConversationRating, conversation_id=conversation_id, **values):
            changing = sa.update(ConversationRating).values(**values)
            tx.change(changing.where(ConversationRating.conversation_id == conversation_id))
        announce(tx, deps, conversation, "rated", score=score)
