"""What agents see of conversations; the look is in the trail before anything is answered."""

from app.audit.rules import Act
from app.core.http.call import Principal
from app.core.pagination import Page, PageRequest
from app.support.conversations.acting import note_act
from app.support.conversations.agent_queries import (
    DeskConversation,
    Entry,
    QueueFilter,
    as_desk_sees,
    list_entries,
    list_queue,
)
from app.support.conversations.recording import get_conversation
from app.support.dependencies import SupportDependencies


def read_queue(
    deps: SupportDependencies,
    who: Principal,
    wanted: QueueFilter,
    page: PageRequest,
    *,
    reason: str | None = None,
) -> Page[DeskConversation]:
    """Conversations over all channels, newest first; each customer among them has an entry of their own.

    Without a `reason` the work of the queue is one: the first of the customer's conversations stands for it.
    """
    with deps.database.transaction() as tx:
        found = list_queue(tx, deps.timezone, wanted, page)
        shown: dict[str | None, list[str]] = {}
        for it in found.data:
            shown.setdefault(it.conversation.user_id, []).append(it.conversation.id)
        for customer_id, ids in (shown or {wanted.user_id: []}).items():
            act = Act(
                actor=who.id,
                action="list_conversations",
                customer_id=customer_id,
                reason=reason or next(iter(ids), None),
                fields=("subject",),
                detail={"conversations": ids},
            )
            deps.audit.record(tx, act)
    return found


def read_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str
) -> DeskConversation:
    """One conversation. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        conversation = get_conversation(tx, conversation_id)
        note_act(tx, deps, who, "read_conversation", conversation, fields=("subject", "rating"))
        return as_desk_sees(tx, deps.timezone, [conversation])[0]


def read_messages(
    deps: SupportDependencies,
    who: Principal,
    conversation_id: str,
    after_seq: int,
    page: PageRequest,
) -> Page[Entry]:
    """Messages and notes in order. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        conversation = get_conversation(tx, conversation_id)
        note_act(tx, deps, who, "read_messages", conversation, fields=("messages", "notes"))
        return list_entries(tx, conversation_id, after_seq, page)
