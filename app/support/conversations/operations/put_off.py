"""An agent puts a conversation off: until a time, or until somebody else has acted."""

from datetime import datetime

from app.core import jobs
from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.http.call import Principal
from app.support.conversations.acting import act_on
from app.support.conversations.agent_queries import DeskConversation
from app.support.conversations.models import Conversation
from app.support.conversations.recording import announce, move, touch, wake
from app.support.conversations.requiring import require_active
from app.support.conversations.rules import (
    LONGEST_SNOOZE,
    WAITED_FOR,
    JobKind,
)
from app.support.dependencies import SupportDependencies


def snooze_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str, until: datetime
) -> DeskConversation:
    """Have it out of sight until then, or until the user writes. The clocks run on.

    Raises NOT_FOUND, VALIDATION_FAILED for a time that is past or too far, CONVERSATION_CLOSED,
    CONVERSATION_STATUS_CONFLICT where it is resolved.
    """

    def change(tx: Transaction, conversation: Conversation) -> dict[str, str]:
        require_active(conversation)
        if not tx.now < until <= tx.now + LONGEST_SNOOZE:
            raise VALIDATION_FAILED(errors=[field_problem("/until", "invalid_value")])
        wake(tx, conversation)
        conversation.snoozed_until = until
        jobs.schedule(tx, JobKind.WAKE, conversation.id, until)
        touch(tx, conversation)
        announce(tx, deps, conversation, "snoozed", until=rfc3339(until))
        return {"until": rfc3339(until)}

    return act_on(deps, who, conversation_id, "snooze_conversation", change)


def wait_for(
    deps: SupportDependencies, who: Principal, conversation_id: str, whom: str
) -> DeskConversation:
    """Say whose turn it is: a key of WAITED_FOR. The clocks stand still while it is somebody else's.

    Raises NOT_FOUND, CONVERSATION_CLOSED, CONVERSATION_STATUS_CONFLICT where it is resolved.
    """

    def change(tx: Transaction, conversation: Conversation) -> dict[str, str]:
        require_active(conversation)
        if conversation.status != WAITED_FOR[whom]:
            move(tx, deps, conversation, WAITED_FOR[whom])
        return {"for": whom}

    return act_on(deps, who, conversation_id, "wait_for", change)
