"""An agent asks for somebody's attention."""

from app.core.database import Transaction
from app.core.http.call import Principal
from app.support.conversations.acting import act_on
from app.support.conversations.agent_queries import DeskConversation
from app.support.conversations.errors import CONVERSATION_CLOSED, CONVERSATION_STATUS_CONFLICT
from app.support.conversations.models import Conversation
from app.support.conversations.recording import add_note, announce, touch, wake
from app.support.conversations.rules import ACTIVE, ENDED, Priority
from app.support.operations import SupportDependencies


def escalate_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str, reason: str
) -> DeskConversation:
    """Make it urgent and say why, in a note; whoever has it keeps it, and its clocks keep their time (SHARE_OF).

    Raises NOT_FOUND, CONVERSATION_CLOSED, CONVERSATION_STATUS_CONFLICT where it is resolved.
    """

    def change(tx: Transaction, conversation: Conversation) -> dict[str, str]:
        if conversation.status in ENDED:
            raise CONVERSATION_CLOSED()
        if conversation.status not in ACTIVE:
            raise CONVERSATION_STATUS_CONFLICT()
        note = add_note(tx, conversation.id, who.id, reason)
        conversation.priority = Priority.URGENT
        conversation.escalated_at = tx.now
        wake(tx, conversation)
        touch(tx, conversation)
        announce(tx, deps, conversation, "escalated", by=who.id, note_id=note.id)
        return {"note_id": note.id}

    return act_on(deps, who, conversation_id, "escalate_conversation", change)
