"""Giving chats to agents: to who has the fewest, speaks the language and has room; again when somebody comes or goes.

It runs in transactions of its own that never wait for somebody else's conversation, after the one that made it
necessary; the worker runs it again and again too, for what a crash left undone (`operations/tend_queue.py`).
"""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.database import Transaction
from app.support.conversations.models import AgentPresence, Conversation
from app.support.conversations.presence import NO_SESSION, AgentLoad, loads, presences
from app.support.conversations.queue_events import hold_queue
from app.support.conversations.recording import announce, touch
from app.support.conversations.rules import NEEDS_AN_AGENT, ConversationChannel
from app.support.operations import SupportDependencies

_WAITS = (
    Conversation.channel == ConversationChannel.CHAT,
    Conversation.status.in_(NEEDS_AN_AGENT),
    Conversation.assigned_to.is_(None),
)


def assign_waiting(deps: SupportDependencies) -> None:
    """Give each waiting chat, the oldest first, to an agent who is free. One that nobody can take goes on waiting."""
    with deps.database.snapshot() as tx:
        if tx.scalar(sa.select(Conversation.id).where(*_WAITS).limit(1)) is None:
            return
        if not loads(tx):
            return
    with deps.database.transaction() as tx:
        hold_queue(tx)  # two at once would both see the same agent free
        free = {load.agent_id: load for load in loads(tx)}
        waiting = tx.scalars(
            sa.select(Conversation)
            .where(*_WAITS)
            .order_by(Conversation.priority.desc(), Conversation.created_at, Conversation.id)
            .with_for_update(key_share=True, skip_locked=True)
        ).all()
        for conversation in waiting:
            chosen = least_loaded(list(free.values()), conversation.locale)
            if chosen is not None:
                give(tx, deps, conversation, chosen.agent_id)
                free[chosen.agent_id] = chosen.with_one_more()


def least_loaded(agents: Sequence[AgentLoad], language: str) -> AgentLoad | None:
    """Who has room, speaks the language and has the fewest chats for it; None where there is nobody. Pure."""
    able = [it for it in agents if it.chats < it.capacity and language in it.languages]
    return min(able, key=lambda it: (it.chats / it.capacity, it.chats, it.agent_id), default=None)


def give(
    tx: Transaction, deps: SupportDependencies, conversation: Conversation, agent_id: str | None
) -> None:
    """Set who is responsible, None for the queue; the transaction holds the row. Announces `conversation.assigned`."""
    if conversation.assigned_to == agent_id:
        return
    before = conversation.assigned_to
    conversation.assigned_to = agent_id
    conversation.assigned_at = None if agent_id is None else tx.now
    touch(tx, conversation)
    announce(tx, deps, conversation, "assigned", before=before)


def release_absent(deps: SupportDependencies) -> None:
    """Give the chats of agents who have dropped or left back to the queue, and assign them anew.

    Only of agents who had said that they were there: who works without presence keeps what they claimed.
    """
    if _absent(deps):
        with deps.database.transaction() as tx:
            hold_queue(tx)
            there = presences(tx)
            held = _held_by_announced().with_for_update(key_share=True, skip_locked=True)
            for conversation in tx.scalars(held).all():
                if conversation.assigned_to not in there:
                    give(tx, deps, conversation, None)
    assign_waiting(deps)


def _absent(deps: SupportDependencies) -> bool:
    with deps.database.snapshot() as tx:
        there = presences(tx)
        return any(it.assigned_to not in there for it in tx.scalars(_held_by_announced()))


def _held_by_announced() -> sa.Select[Conversation]:
    return sa.select(Conversation).where(
        Conversation.channel == ConversationChannel.CHAT,
        Conversation.status.in_(NEEDS_AN_AGENT),
        Conversation.assigned_to.in_(
            sa.select(AgentPresence.agent_id).where(AgentPresence.session_id != NO_SESSION)
        ),
    )
