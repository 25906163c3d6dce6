"""An agent takes a conversation that nobody has."""

from app.core.database import Transaction
from app.core.http.call import Principal
from app.support.conversations.acting import act_on
from app.support.conversations.agent_queries import DeskConversation
from app.support.conversations.assigning import give, settle_absences
from app.support.conversations.errors import CONVERSATION_ALREADY_CLAIMED
from app.support.conversations.models import Conversation
from app.support.conversations.recording import move
from app.support.conversations.requiring import require_going_on
from app.support.conversations.rules import ConversationStatus
from app.support.dependencies import SupportDependencies


def claim_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str
) -> DeskConversation:
    """Make the caller responsible; the first wins, and who has it already keeps it.

    Raises NOT_FOUND, CONVERSATION_CLOSED, CONVERSATION_ALREADY_CLAIMED (with `assigned_to`).
    """

    def change(tx: Transaction, conversation: Conversation) -> None:
        require_going_on(conversation)
        if conversation.assigned_to not in (None, who.id):
            raise CONVERSATION_ALREADY_CLAIMED(assigned_to=conversation.assigned_to)
        give(tx, deps, conversation, who.id)
        if conversation.status == ConversationStatus.NEW:
            move(tx, deps, conversation, ConversationStatus.OPEN)

    settle_absences(deps)  # an absence from before takes nothing that is taken now
    return act_on(deps, who, conversation_id, "claim_conversation", change)
