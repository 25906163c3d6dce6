"""How an agent acts on a conversation: one transaction that takes it, changes it, and puts the act into the trail.

The conversation itself is the reason for looking at its customer (contract, section 8), so the trail names it as such.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.audit.rules import Act
from app.core.database import Transaction
from app.core.http.call import Principal
from app.support.conversations.agent_queries import DeskConversation, as_desk_sees
from app.support.conversations.models import Conversation
from app.support.conversations.recording import take_conversation
from app.support.dependencies import SupportDependencies

Change = Callable[[Transaction, Conversation], Mapping[str, Any] | None]
"""Changes a conversation that is taken; what it returns is the act's detail: ids and words of ours, no customer's."""


def act_on(
    deps: SupportDependencies, who: Principal, conversation_id: str, action: str, change: Change
) -> DeskConversation:
    """Run `change` and record it. Raises NOT_FOUND, and what `change` raises; nothing is kept then."""
    with deps.database.transaction() as tx:
        conversation = take_conversation(tx, conversation_id)
        detail = change(tx, conversation)
        note_act(tx, deps, who, action, conversation, detail=detail)
        return as_desk_sees(tx, deps.timezone, [conversation])[0]


def note_act(
    tx: Transaction,
    deps: SupportDependencies,
    who: Principal,
    action: str,
    conversation: Conversation,
    *,
    fields: tuple[str, ...] = (),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record what an agent did with a conversation, or saw of it; last in the transaction."""
    act = Act(
        actor=who.id,
        action=action,
        subject=conversation.id,
        customer_id=conversation.user_id,
        reason=conversation.id,
        fields=fields,
        detail=dict(detail or {}),
    )
    deps.audit.record(tx, act)
