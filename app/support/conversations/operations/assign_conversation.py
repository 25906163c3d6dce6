"""An agent hands a conversation over, or back to the queue."""

from app.auth.agent_queries import get_agent
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.http.call import Principal
from app.support.conversations.acting import act_on
from app.support.conversations.agent_queries import DeskConversation, as_desk_sees
from app.support.conversations.assigning import (
    assign_waiting,
    give,
    give_back,
    settle_absences,
)
from app.support.conversations.models import Conversation
from app.support.conversations.recording import get_conversation
from app.support.conversations.requiring import require_going_on
from app.support.dependencies import SupportDependencies


def assign_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str, agent_id: str | None
) -> DeskConversation:
    """Make that agent responsible, None for the queue: from there a live chat goes to somebody else who is free.

    Raises NOT_FOUND (for an agent too), CONVERSATION_CLOSED.
    """

    def change(tx: Transaction, conversation: Conversation) -> dict[str, str | None]:
        if agent_id is not None and get_agent(tx, agent_id).disabled_at is not None:
            raise NOT_FOUND()
        require_going_on(conversation)
        if agent_id is None:
            give_back(tx, deps, conversation)
        else:
            give(tx, deps, conversation, agent_id)
        return {"agent_id": agent_id}

    settle_absences(deps)  # an absence from before takes nothing that is taken now
    act_on(deps, who, conversation_id, "assign_conversation", change)
    assign_waiting(deps)
    with deps.database.snapshot() as tx:
        return as_desk_sees(tx, deps.timezone, [get_conversation(tx, conversation_id)])[0]
