"""What of a conversation must be so before something is done with it."""

from app.support.conversations.errors import CONVERSATION_CLOSED, CONVERSATION_STATUS_CONFLICT
from app.support.conversations.models import Conversation
from app.support.conversations.rules import ACTIVE, ENDED, TAKES_MESSAGES


def require_going_on(conversation: Conversation) -> None:
    """Raises CONVERSATION_CLOSED for one that is closed or merged."""
    if conversation.status in ENDED:
        raise CONVERSATION_CLOSED()


def require_active(conversation: Conversation) -> None:
    """Raises CONVERSATION_CLOSED, and CONVERSATION_STATUS_CONFLICT for one that is resolved."""
    require_going_on(conversation)
    if conversation.status not in ACTIVE:
        raise CONVERSATION_STATUS_CONFLICT()


def require_takes_messages(conversation: Conversation) -> None:
    """Raises CONVERSATION_CLOSED for one in which nothing can be said any more."""
    if conversation.status not in TAKES_MESSAGES:
        raise CONVERSATION_CLOSED()
