"""Which agents are there: what they said last, as long as their session goes on and their heart beats.

Heartbeats are measured by the machine's clock (contract, section 9), ends of sessions by the virtual one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from app.auth.agent_sessions import goes_on
from app.auth.models import AgentSession
from app.core.clock import machine_now
from app.core.database import Transaction
from app.core.locale import LOCALES
from app.support.conversations.models import AgentPresence, Conversation
from app.support.conversations.rules import (
    ACTIVE,
    CHATS_AT_ONCE,
    PRESENCE_LASTS,
    ConversationChannel,
    PresenceStatus,
)

NO_SESSION: Final = ""
"""Where an agent only said which chats they take; what they claimed stays theirs, as for anyone without presence."""


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


@dataclass(frozen=True, slots=True)
class ChatsTaken:
    """Which chats an agent takes: in these languages, so many at once."""

    languages: Sequence[str] = LOCALES
    capacity: int = CHATS_AT_ONCE


def chats_taken(tx: Transaction, agent_id: str) -> ChatsTaken:
    """What the agent said last, however long ago; who never said anything takes the usual."""
    said = tx.get(AgentPresence, agent_id)
    return ChatsTaken() if said is None else ChatsTaken(said.languages, said.capacity)


def never_said() -> dict[str, Any]:
    """The row of somebody who has not said yet whether they are there: no session has."""
    usual = ChatsTaken()
    return {
        "session_id": NO_SESSION,
        "status": PresenceStatus.OFFLINE,
        "languages": list(usual.languages),
        "capacity": usual.capacity,
        "seen_at": machine_now(),
    }


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
