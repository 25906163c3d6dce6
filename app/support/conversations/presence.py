"""Which agents are there: what they said last, as long as their session goes on and their heart beats.

Heartbeats are measured by the machine's clock (contract, section 9), ends of sessions by the virtual one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from app.auth.models import AgentSession
from app.auth.rules import AGENT_IDLE, AGENT_SESSION_LIFETIME
from app.core.clock import machine_now
from app.core.database import Transaction
from app.support.conversations.models import AgentPresence, Conversation
from app.support.conversations.rules import (
    ACTIVE,
    PRESENCE_LASTS,
    ConversationChannel,
    PresenceStatus,
)


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """An agent who takes chats: the languages spoken, how many chats at once, and how many there are."""

    agent_id: str
    languages: Sequence[str]
    capacity: int
    chats: int

    def with_one_more(self) -> "AgentLoad":
        """The same agent with another chat."""
        return replace(self, chats=self.chats + 1)


def goes_on(tx: Transaction) -> sa.ColumnElement[bool]:
    """The condition that an AgentSession has not ended: 15 minutes idle, 8 hours at most (contract, section 8)."""
    return sa.and_(
        AgentSession.ended_at.is_(None),
        AgentSession.last_seen_at > tx.now - AGENT_IDLE,
        AgentSession.created_at > tx.now - AGENT_SESSION_LIFETIME,
    )


def is_there(tx: Transaction) -> sa.ColumnElement[bool]:
    """The condition that an AgentPresence joined with its AgentSession still counts."""
    return sa.and_(
        AgentPresence.status != PresenceStatus.OFFLINE,
        AgentPresence.seen_at > machine_now() - PRESENCE_LASTS,
        goes_on(tx),
    )


def beat(tx: Transaction, session_ids: Collection[str]) -> None:
    """The hearts of those sessions have beaten just now; nobody comes back by that who said to be offline."""
    mine = AgentPresence.session_id.in_(session_ids)
    tx.change(sa.update(AgentPresence).where(mine).values(seen_at=machine_now()))


def presences(tx: Transaction) -> Mapping[str, PresenceStatus]:
    """Who is online or away; everybody else is offline."""
    rows = tx.execute(
        sa.select(AgentPresence.agent_id, AgentPresence.status)
        .join(AgentSession, AgentSession.id == AgentPresence.session_id)
        .where(is_there(tx))
    )
    return {row.agent_id: PresenceStatus(row.status) for row in rows}


def loads(tx: Transaction) -> Sequence[AgentLoad]:
    """The agents who are online, with the chats that they have."""
    chats = (
        sa.select(Conversation.assigned_to, sa.func.count().label("chats"))
        .where(
            Conversation.assigned_to.is_not(None),
            Conversation.channel == ConversationChannel.CHAT,
            Conversation.status.in_(ACTIVE),
        )
        .group_by(Conversation.assigned_to)
        .subquery()
    )
    rows = tx.execute(
        sa.select(AgentPresence, sa.func.coalesce(chats.c.chats, 0).label("chats"))
        .join(AgentSession, AgentSession.id == AgentPresence.session_id)
        .outerjoin(chats, chats.c.assigned_to == AgentPresence.agent_id)
        .where(is_there(tx), AgentPresence.status == PresenceStatus.ONLINE)
    )
    return [AgentLoad(it.agent_id, it.languages, it.capacity, count) for it, count in rows]
