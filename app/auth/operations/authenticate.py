"""From a bearer token to who calls, for users and agents."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from app.auth.models import Agent, AgentSession, SessionToken, UserSession
from app.auth.operations import AuthDependencies
from app.auth.rules import (
    AGENT_IDLE,
    AGENT_SEEN_RESOLUTION,
    AGENT_SESSION_LIFETIME,
    SEEN_RESOLUTION,
    TokenKind,
)
from app.core.errors import ACCESS_TOKEN_EXPIRED, ACCESS_TOKEN_INVALID
from app.core.http.call import Principal
from app.core.security import token_digest


@dataclass(frozen=True, slots=True)
class _Caller:
    principal: Principal
    unseen_for: timedelta


def authenticate_user(deps: AuthDependencies, token: str) -> Principal:
    """The user behind an access token; `last_seen_at` follows within a minute.

    Raises ACCESS_TOKEN_INVALID for one that is unknown or whose session has ended, ACCESS_TOKEN_EXPIRED after 15
    minutes.
    """
    caller = _find_user(deps, token)
    if caller.unseen_for >= SEEN_RESOLUTION:
        _note_seen(deps, UserSession, caller.principal.session_id)
    return caller.principal


def authenticate_agent(
    deps: AuthDependencies, token: str, *, unattended: bool = False
) -> Principal:
    """The agent behind a token, with the role. Ends after 15 minutes idle, or 8 hours (contract, section 8).

    What a page asks by itself, `unattended`, is no sign of the agent. Raises ACCESS_TOKEN_INVALID or
    ACCESS_TOKEN_EXPIRED.
    """
    caller = _find_agent(deps, token)
    if caller.unseen_for >= AGENT_SEEN_RESOLUTION and not unattended:
        _note_seen(deps, AgentSession, caller.principal.session_id)
    return caller.principal


def _find_user(deps: AuthDependencies, token: str) -> _Caller:
    with deps.database.snapshot() as tx:
        row = tx.execute(
            sa.select(UserSession, SessionToken.expires_at)
            .join(SessionToken, SessionToken.session_id == UserSession.id)
            .where(
                SessionToken.digest == token_digest(token),
                SessionToken.kind == TokenKind.ACCESS,
                UserSession.ended_at.is_(None),
            )
        ).one_or_none()
        if row is None:
            raise ACCESS_TOKEN_INVALID()
        session, expires_at = row[0], row[1]
        if expires_at <= tx.now:
            raise ACCESS_TOKEN_EXPIRED()
        who = Principal("user", session.user_id, session.id)
        return _Caller(who, tx.now - session.last_seen_at)


def _find_agent(deps: AuthDependencies, token: str) -> _Caller:
    with deps.database.snapshot() as tx:
        row = tx.execute(
            sa.select(AgentSession, Agent.role)
            .join(Agent, Agent.id == AgentSession.agent_id)
            .where(
                AgentSession.token_digest == token_digest(token),
                AgentSession.ended_at.is_(None),
                Agent.disabled_at.is_(None),
            )
        ).one_or_none()
        if row is None:
            raise ACCESS_TOKEN_INVALID()
        session, role = row[0], row[1]
        ends_at = min(
            session.last_seen_at + AGENT_IDLE, session.created_at + AGENT_SESSION_LIFETIME
        )
        if ends_at <= tx.now:
            raise ACCESS_TOKEN_EXPIRED()
        who = Principal("agent", session.agent_id, session.id, role)
        return _Caller(who, tx.now - session.last_seen_at)


def _note_seen(
    deps: AuthDependencies, table: type[UserSession] | type[AgentSession], session_id: str
) -> None:
    with deps.database.transaction() as tx:
        tx.change(
            sa.update(table)
            .where(table.id == session_id, table.last_seen_at < tx.now)
            .values(last_seen_at=tx.now)
        )
