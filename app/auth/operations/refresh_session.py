"""Exchange a refresh token for a new pair, and notice one that is used twice (contract, section 3)."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.errors import REFRESH_TOKEN_EXPIRED, REFRESH_TOKEN_INVALID, REFRESH_TOKEN_REUSED
from app.auth.models import SessionToken, UserSession
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.rules import TokenKind
from app.auth.sessions import TokenPair, end_sessions, issue_tokens, refreshed_until
from app.core.database import Transaction
from app.core.errors import Refusal
from app.core.events import Events
from app.core.security import token_digest
from app.notifications.rules import Template


@dataclass(frozen=True, slots=True)
class _Refused:
    """A refusal whose effects are committed before it is raised."""

    refusal: Refusal


def refresh_session(deps: AuthDependencies, refresh_token: str) -> TokenPair:
    """A new pair; of several calls with the same token one gets it, the next ends the session.

    Raises REFRESH_TOKEN_REUSED for a token that was used before, REFRESH_TOKEN_EXPIRED, REFRESH_TOKEN_INVALID.
    """
    with deps.database.transaction() as tx:
        result = _exchange(tx, deps.events, token_digest(refresh_token))
    if isinstance(result, _Refused):
        raise result.refusal
    return result


def _exchange(tx: Transaction, events: Events, digest: str) -> TokenPair | _Refused:
    known = (SessionToken.digest == digest, SessionToken.kind == TokenKind.REFRESH)
    spending = sa.update(SessionToken).where(
        *known, SessionToken.spent_at.is_(None), SessionToken.expires_at > tx.now
    )
    spent_now = tx.change(spending.values(spent_at=tx.now)) == 1
    row = tx.execute(
        sa.select(UserSession, SessionToken.spent_at)
        .join(SessionToken, SessionToken.session_id == UserSession.id)
        .where(*known)
    ).one_or_none()
    if row is None:
        return _Refused(REFRESH_TOKEN_INVALID())
    session, spent_at = row
    if spent_now:
        return _renew(tx, session)
    if spent_at is None:
        return _Refused(REFRESH_TOKEN_EXPIRED())
    reused = "refresh_token_reused"
    if end_sessions(tx, events, session.user_id, reused, only=session.id):
        tell_user(tx, session.user_id, Template.SESSION_COMPROMISED)
    return _Refused(REFRESH_TOKEN_REUSED())


def _renew(tx: Transaction, session: UserSession) -> TokenPair:
    """Raises REFRESH_TOKEN_INVALID for an ended session, which undoes the spending: asked again, it says the same."""
    until = refreshed_until(session, tx.now)
    renewing = sa.update(UserSession).where(
        UserSession.id == session.id, UserSession.ended_at.is_(None)
    )
    if tx.change(renewing.values(expires_at=until, last_seen_at=tx.now)) == 0:
        raise REFRESH_TOKEN_INVALID()
    return issue_tokens(tx, session.id, until)
