"""Making a case urgent, with the reason in a note: by an agent, or by the machine."""

from app.core.database import Transaction
from app.support.conversations.models import Conversation, Note
from app.support.conversations.recording import add_note, announce, touch, wake
from app.support.conversations.rules import Priority
from app.support.dependencies import SupportDependencies


def make_urgent(
    tx: Transaction,
    deps: SupportDependencies,
    conversation: Conversation,
    why: str,
    agent_id: str | None = None,
) -> Note:
    """Raise a conversation that this transaction has taken; whoever has it keeps it.

    Without an agent it is the machine that does so. Announces `conversation.escalated`.
    """
    note = add_note(tx, conversation.id, agent_id, why)
    conversation.priority = Priority.URGENT
    conversation.escalated_at = tx.now
    wake(tx, conversation)
    touch(tx, conversation)
    announce(tx, deps, conversation, "escalated", by=agent_id, note_id=note.id)
    return note
