"""What the poller of a process reads for all its streams: a handful of statements, however many streams there are."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.agent_sessions import goes_on
from app.auth.models import Agent, AgentSession, UserSession
from app.auth.sessions import alive
from app.core.clock import machine_now
from app.core.database import Database, Transaction
from app.support.conversations.attendance import attend, attended
from app.support.conversations.live import ConversationState, QueueState, State, Watcher
from app.support.conversations.models import AgentPresence, Conversation, Typing
from app.support.conversations.presence import beat, is_there, presences
from app.support.conversations.queue_events import last_number, number_events
from app.support.conversations.rules import Author, PresenceStatus

BEAT_SECONDS: Final = 10.0
"""How often an agent's open stream counts as a heartbeat; presence lasts 45 s."""


class Watch:
    """Looks for all watchers at once. An agent's stream of the queue is a heartbeat; a user's says they are there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._beat_at = 0.0
        self._attended: set[str] = set()

    def __call__(self, watchers: Sequence[Watcher]) -> Mapping[Watcher, State | None]:
        """What each is to be told; None where the session, the conversation or the epoch has ended."""
        conversation_ids = {it.conversation_id for it in watchers if it.conversation_id is not None}
        agents = {it.who.id: it.who.session_id for it in watchers if it.conversation_id is None}
        if agents:
            number_events(self._database)
        by_users = {it.conversation_id or "" for it in watchers if it.who.kind == "user"}
        self._beat(agents, by_users)
        with self._database.snapshot() as tx:
            sessions = _living_sessions(tx, watchers)
            states = _conversation_states(tx, conversation_ids)
            queue = _queue_state(tx) if agents else None
            epoch = tx.epoch
        return {
            it: (states.get(it.conversation_id) if it.conversation_id else queue)
            if it.epoch == epoch and it.who.session_id in sessions
            else None
            for it in watchers
        }

    def _beat(self, agents: Mapping[str, str], conversation_ids: set[str]) -> None:
        is_early = time.monotonic() - self._beat_at < BEAT_SECONDS
        if is_early and conversation_ids <= self._attended:
            return
        with self._database.transaction() as tx:
            beat(tx, agents.values())
            attend(tx, conversation_ids)
        self._attended = conversation_ids
        self._beat_at = time.monotonic()


def _living_sessions(tx: Transaction, watchers: Sequence[Watcher]) -> set[str]:
    users = {it.who.session_id for it in watchers if it.who.kind == "user"}
    agents = {it.who.session_id for it in watchers if it.who.kind == "agent"}
    living: set[str] = set()
    if users:
        query = sa.select(UserSession.id).where(UserSession.id.in_(users), alive(tx.now))
        living.update(tx.scalars(query))
    if agents:
        of_agents = sa.select(AgentSession.id).where(AgentSession.id.in_(agents), goes_on(tx))
        living.update(tx.scalars(of_agents))
    return living


def _conversation_states(
    tx: Transaction, conversation_ids: set[str]
) -> Mapping[str | None, ConversationState]:
    if not conversation_ids:
        return {}
    user, agent = aliased(Typing), aliased(Typing)
    rows = tx.execute(
        sa.select(
            Conversation.id,
            Conversation.last_seq,
            Conversation.status,
            Agent.display_name,
            sa.case((is_there(tx), AgentPresence.status), else_=PresenceStatus.OFFLINE),
            user.expires_at,
            agent.expires_at,
        )
        .outerjoin(Agent, Agent.id == Conversation.assigned_to)
        .outerjoin(AgentPresence, AgentPresence.agent_id == Agent.id)
        .outerjoin(AgentSession, AgentSession.id == AgentPresence.session_id)
        .outerjoin(
            user, sa.and_(user.conversation_id == Conversation.id, user.author == Author.USER)
        )
        .outerjoin(
            agent, sa.and_(agent.conversation_id == Conversation.id, agent.author == Author.AGENT)
        )
        .where(Conversation.id.in_(conversation_ids))
    )
    now = machine_now()
    return {
        row[0]: ConversationState(
            last_seq=row[1],
            status=row[2],
            agent_name=row[3],
            agent_status=row[4],
            typing={
                author: until
                for author, until in ((Author.USER, row[5]), (Author.AGENT, row[6]))
                if until is not None and until > now
            },
        )
        for row in rows
    }


def _queue_state(tx: Transaction) -> QueueState:
    typing = tx.execute(
        sa.select(Typing.conversation_id, Typing.expires_at).where(
            Typing.author == Author.USER, Typing.expires_at > machine_now()
        )
    )
    return QueueState(
        number=last_number(tx),
        typing={row.conversation_id: row.expires_at for row in typing},
        presences=presences(tx),
        attended=attended(tx),
    )
