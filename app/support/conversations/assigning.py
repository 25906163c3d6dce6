"""Giving chats to agents: to who has the fewest, speaks the language and has room; again when somebody comes or goes.

It runs in transactions of its own that never wait for somebody else's conversation, after the one that made it
necessary; the worker runs it again and again too, for what a crash left undone (`operations/tend_queue.py`).
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.core.database import Transaction
from app.support.conversations.models import AgentPresence, Conversation
from app.support.conversations.presence import NO_SESSION, AgentLoad, loads, presences
from app.support.conversations.queue_events import hold_queue
from app.support.conversations.recording import announce, touch
from app.support.conversations.rules import NEEDS_AN_AGENT, ConversationChannel
from app.support.dependencies import SupportDependencies

_WAITS = (
    Conversation.channel == ConversationChannel.CHAT,
    Conversation.status.in_(NEEDS_AN_AGENT),
    Conversation.assigned_to.is_(None),
)


def assign_waiting(deps: SupportDependencies) -> None:
    """Give each waiting chat, the urgent and the oldest first, to an agent who is free.

    One that nobody can take goes on waiting; so does one that only who gave it back could take.
    """
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
            able = [it for it in free.values() if it.agent_id != conversation.passed_over]
            chosen = least_loaded(able, conversation.locale)
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
    conversation.passed_over = None
    touch(tx, conversation)
    announce(tx, deps, conversation, "assigned", before=before)


def give_back(tx: Transaction, deps: SupportDependencies, conversation: Conversation) -> None:
    """Back to the queue from who didn't want it or let it run out; it is given to somebody else first."""
    holder = conversation.assigned_to
    give(tx, deps, conversation, None)
    conversation.passed_over = holder
    tx.flush()


def release_absent(deps: SupportDependencies) -> None:
    """Give the chats of agents who have dropped or left back to the queue, and assign them anew.

    Only what they were given while they were there: what an agent claims, or is handed, without being there stays.
    """
    settle_absences(deps)
    assign_waiting(deps)


def settle_absences(deps: SupportDependencies) -> None:
    """Note who has left, and give back what they had by then; who takes a chat after that keeps it."""
    with deps.database.snapshot() as tx:
        nothing_new = (
            not any(_comings_and_goings(tx)) and tx.scalar(_left_behind().limit(1)) is None
        )
    if nothing_new:
        return
    with deps.database.transaction() as tx:
        hold_queue(tx)
        came, went = _comings_and_goings(tx)
        _note_left(tx, came, None)
        for agent_id in went:
            _note_left(tx, [agent_id], max(tx.now, _last_given(tx, agent_id) or tx.now))
        locked = _left_behind().with_for_update(key_share=True, skip_locked=True, of=Conversation)
        for conversation in tx.scalars(locked).all():
            give(tx, deps, conversation, None)


def _comings_and_goings(tx: Transaction) -> tuple[list[str], list[str]]:
    """Who is there again, and who isn't any more, since it was noted last."""
    there = presences(tx)
    noted = tx.execute(
        sa.select(AgentPresence.agent_id, AgentPresence.left_at).where(
            AgentPresence.session_id != NO_SESSION
        )
    ).all()
    came = [it.agent_id for it in noted if it.agent_id in there and it.left_at is not None]
    went = [it.agent_id for it in noted if it.agent_id not in there and it.left_at is None]
    return came, went


def _note_left(tx: Transaction, agents: Sequence[str], at: datetime | None) -> None:
    those = AgentPresence.agent_id.in_(agents)
    tx.change(sa.update(AgentPresence).where(those).values(left_at=at))


def _last_given(tx: Transaction, agent_id: str) -> datetime | None:
    """A chat may have been given while this transaction waited for the queue: it belongs to the presence that ended."""
    given = sa.select(sa.func.max(Conversation.assigned_at))
    return tx.scalar(given.where(Conversation.assigned_to == agent_id))


def _left_behind() -> sa.Select[Conversation]:
    """Live chats of agents who were there when they got them and aren't now; one that is live again later is, too."""
    return (
        sa.select(Conversation)
        .join(AgentPresence, AgentPresence.agent_id == Conversation.assigned_to)
        .where(
            Conversation.channel == ConversationChannel.CHAT,
            Conversation.status.in_(NEEDS_AN_AGENT),
            Conversation.assigned_at <= AgentPresence.left_at,
        )
    )
