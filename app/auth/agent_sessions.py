"""Agents' sessions inside a transaction: opening, ending, which go on. Who may, the operations decide."""

import sqlalchemy as sa

from app.auth.models import AgentSession
from app.auth.rules import AGENT_IDLE, AGENT_SESSION_LIFETIME
from app.core.database import Transaction
from app.core.ids import new_id
from app.core.security import new_token, token_digest


def open_agent_session(tx: Transaction, agent_id: str) -> tuple[str, str]:
    """Begin a session; its id, and its one token, which is known to nobody but the caller."""
    session_id, token = new_id("ses"), new_token("at")
    tx.add(
        AgentSession(
            id=session_id,
            agent_id=agent_id,
            token_digest=token_digest(token),
            created_at=tx.now,
            last_seen_at=tx.now,
        )
    )
    tx.flush()
    return session_id, token


def end_agent_sessions(
    tx: Transaction, agent_id: str, *, only: str | None = None, spare: str | None = None
) -> int:
    """End an agent's sessions at once (`only` one, or all but `spare`); returns how many there were."""
    ending = sa.update(AgentSession).where(
        AgentSession.agent_id == agent_id, AgentSession.ended_at.is_(None)
    )
    if only is not None:
        ending = ending.where(AgentSession.id == only)
    if spare is not None:
        ending = ending.where(AgentSession.id != spare)
    return tx.change(ending.values(ended_at=tx.now))


def goes_on(tx: Transaction) -> sa.ColumnElement[bool]:
    """The condition that an AgentSession has not ended: 15 minutes idle, 8 hours at most (contract, section 8)."""
    return sa.and_(
        AgentSession.ended_at.is_(None),
        AgentSession.last_seen_at > tx.now - AGENT_IDLE,
        AgentSession.created_at > tx.now - AGENT_SESSION_LIFETIME,
    )
