"""An agent has solved what the user came for."""

from app.core.database import Transaction
from app.core.http.call import Principal
from app.support.conversations.acting import act_on
from app.support.conversations.agent_queries import DeskConversation
from app.support.conversations.assigning import assign_waiting
from app.support.conversations.models import Conversation
from app.support.conversations.recording import move
from app.support.conversations.rules import ConversationStatus
from app.support.dependencies import SupportDependencies


def resolve_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str
) -> DeskConversation:
    """Resolve it; it closes by itself after seven days unless the user writes again. Once more changes nothing.

    Raises NOT_FOUND, CONVERSATION_CLOSED.
    """

    def change(tx: Transaction, conversation: Conversation) -> None:
        if conversation.status != ConversationStatus.RESOLVED:
            move(tx, deps, conversation, ConversationStatus.RESOLVED)

    done = act_on(deps, who, conversation_id, "resolve_conversation", change)
    assign_waiting(deps)
    return done
