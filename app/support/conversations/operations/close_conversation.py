"""A user ends an own conversation."""

from app.support.conversations.assigning import assign_waiting
from app.support.conversations.models import Conversation
from app.support.conversations.queries import own_conversation
from app.support.conversations.recording import move, take_conversation
from app.support.conversations.rules import ENDED, ConversationStatus
from app.support.dependencies import SupportDependencies


def close_conversation(
    deps: SupportDependencies, user_id: str, conversation_id: str
) -> Conversation:
    """Close it, so that its agent has room again; one that is over stays as it is. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        own_conversation(tx, user_id, conversation_id)
        conversation = take_conversation(tx, conversation_id)
        if conversation.status not in ENDED:
            move(tx, deps, conversation, ConversationStatus.CLOSED)
    assign_waiting(deps)
    return conversation
