"""What an agent keeps before them on a screen: the queue with its last words, and one conversation.

A page asks for it again whenever something happens. Opening it is a look, with an entry in the trail; what it asks by
itself in the ten minutes after belongs to that look, or the customer's access log would hold nothing else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.audit.models import AuditEntry
from app.audit.rules import Act
from app.core.database import Transaction
from app.core.http.call import Principal
from app.core.pagination import Page, PageRequest
from app.support.conversations.acting import note_act
from app.support.conversations.agent_queries import (
    DeskConversation,
    Entry,
    QueueFilter,
    Siblings,
    as_desk_sees,
    last_entries,
    last_messages,
    list_by_urgency,
    siblings_of,
)
from app.support.conversations.models import Message
from app.support.conversations.recording import get_conversation
from app.support.customers.queries import read_customers
from app.support.dependencies import SupportDependencies

ONE_LOOK: Final = timedelta(minutes=10)
SHOWN_ENTRIES: Final = 100
SHOWN_SIBLINGS: Final = 50
_WATCH_QUEUE: Final = "watch_queue"
_WATCH_CONVERSATION: Final = "watch_conversation"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A conversation of the queue, the masked name of its customer, and the last that was said."""

    found: DeskConversation
    customer_name: str | None
    last: Message | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A conversation and the last of what was said and noted in it, in order; `earlier` where there is more.

    `siblings` are cases of the same customer with which it can be, or was, merged.
    """

    found: DeskConversation
    entries: Sequence[Entry]
    earlier: bool
    siblings: Siblings


def watch_queue(
    deps: SupportDependencies,
    who: Principal,
    wanted: QueueFilter,
    page: PageRequest,
    *,
    again: bool = False,
) -> Page[QueueRow]:
    """Conversations over all channels, the most urgent first. `again`: the page asks by itself."""
    with deps.database.snapshot() as tx:
        found = list_by_urgency(tx, deps.timezone, wanted, page)
        lasts = last_messages(tx, [it.conversation.id for it in found.data])
        owners = {it.conversation.user_id for it in found.data}
        names = {it.id: it.display_name for it in read_customers(tx, sorted(filter(None, owners)))}
        noted = _noted(tx, who, _WATCH_QUEUE, AuditEntry.customer_id) if again else set()
        unnoted = owners - noted
    if unnoted:
        _note_queue(deps, who, unnoted)
    return found.map(
        lambda it: QueueRow(
            it, names.get(it.conversation.user_id or ""), lasts.get(it.conversation.id)
        )
    )


def watch_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str, *, again: bool = False
) -> Watched:
    """The conversation with the last hundred messages and notes. `again` as above. Raises NOT_FOUND."""
    with deps.database.snapshot() as tx:
        conversation = get_conversation(tx, conversation_id)
        entries, earlier = last_entries(tx, conversation_id, SHOWN_ENTRIES)
        found = as_desk_sees(tx, deps.timezone, [conversation])[0]
        siblings = siblings_of(tx, conversation, SHOWN_SIBLINGS)
        noted = again and conversation_id in _noted(
            tx, who, _WATCH_CONVERSATION, AuditEntry.subject
        )
    if not noted:
        with deps.database.transaction() as tx:
            seen = ("subject", "messages", "notes", "other_conversations")
            note_act(tx, deps, who, _WATCH_CONVERSATION, conversation, fields=seen)
    return Watched(found, entries, earlier, siblings)


def _noted(
    tx: Transaction, who: Principal, action: str, about: InstrumentedAttribute[str | None]
) -> set[str | None]:
    """Whom or what the trail says that the agent has opened a moment ago."""
    lately = sa.select(about).where(
        AuditEntry.actor == who.id, AuditEntry.action == action, AuditEntry.at > tx.now - ONE_LOOK
    )
    return set(tx.scalars(lately))


def _note_queue(deps: SupportDependencies, who: Principal, owners: Collection[str | None]) -> None:
    seen = ("display_name_masked", "subject", "last_message")
    with deps.database.transaction() as tx:
        for customer_id in sorted(owners, key=str):
            deps.audit.record(tx, Act(who.id, _WATCH_QUEUE, customer_id=customer_id, fields=seen))
