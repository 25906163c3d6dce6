"""Sign an agent in (contract, section 8): password and TOTP, or a recovery code in place of the TOTP.

Known and unknown addresses take the same steps and the same time, and whatever was wrong is answered alike.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from app.audit.rules import Act
from app.auth.agent_queries import agent_email_key, find_agent
from app.auth.agent_sessions import open_agent_session
from app.auth.doors import at_door
from app.auth.errors import INVALID_CREDENTIALS, LOGIN_LOCKED
from app.auth.hashing import Verdict
from app.auth.models import Agent
from app.auth.operations import AuthDependencies
from app.auth.rules import AGENT_SESSION_LIFETIME, Door
from app.auth.second_factor import Factor, find_factor, spend
from app.auth.tries import Booked, count_right, count_wrong
from app.core.database import Transaction
from app.core.errors import Refusal
from app.core.security import KeyRing

EXPIRES_IN: Final = AGENT_SESSION_LIFETIME // timedelta(seconds=1)
ANONYMOUS: Final = "anonymous"
_SHOWN_OF_DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class SignedInAgent:
    """An agent and the token of a session that has just begun; it lasts `expires_in` seconds at most."""

    agent: Agent
    access_token: str = field(repr=False)
    expires_in: int = EXPIRES_IN


@dataclass(frozen=True, slots=True)
class _Claim:
    """Who it may be, and the second factor where it is right."""

    agent: Agent | None
    factor: Factor | None


def log_in_agent(deps: AuthDependencies, email: str, password: str, totp: str) -> SignedInAgent:
    """Begin a session. `totp` are the six digits of now, or a recovery code; either opens once.

    The try is booked and committed before anything is judged. Raises LOGIN_LOCKED after five wrong ones in a row,
    INVALID_CREDENTIALS with `attempts_remaining`, BUSY.
    """

    def find(tx: Transaction) -> tuple[str, _Claim]:
        agent = find_agent(tx, email)
        return _subject(deps.keys, email, agent), _Claim(
            agent, find_factor(tx, deps.keys, agent, totp)
        )

    try:
        with at_door(deps, Door.AGENT_LOGIN, find) as (slow, claim, booked):
            verdict = slow.verify(password, claim.agent.password_hash if claim.agent else None)
    except Refusal as refusal:
        if refusal.error is LOGIN_LOCKED:
            _record_locked(deps, email)
        raise
    signed_in = _begin_session(deps, claim, booked, verdict)
    if signed_in is None:
        raise INVALID_CREDENTIALS(attempts_remaining=_count_wrong(deps, booked))
    return signed_in


def _subject(keys: KeyRing, email: str, agent: Agent | None) -> str:
    """Whose tries are counted: the agent's, or a stand-in for an address that nobody has."""
    if agent is not None:
        return agent.id
    digest = keys.fingerprint("unknown-agent", agent_email_key(email))
    return f"unknown:{digest[:_SHOWN_OF_DIGEST]}"


def _begin_session(
    deps: AuthDependencies, claim: _Claim, booked: Booked, verdict: Verdict
) -> SignedInAgent | None:
    """None where something was wrong, or was changed or used up while it was judged."""
    agent, factor = claim.agent, claim.factor
    if agent is None or factor is None or not verdict.right or agent.disabled_at is not None:
        return None
    with deps.database.transaction() as tx:
        if not _is_unchanged(tx, agent, verdict) or not spend(tx, agent.id, factor):
            return None
        count_right(tx, booked)
        session_id, token = open_agent_session(tx, agent.id)
        detail = {"factor": factor.name, "session_id": session_id}
        deps.audit.record(tx, Act(agent.id, "log_in", agent.id, detail=detail))
        return SignedInAgent(agent, token)


def _is_unchanged(tx: Transaction, agent: Agent, verdict: Verdict) -> bool:
    """Whether the agent is still as judged; holds the row to the end of the transaction, and renews an old hash."""
    unchanged = sa.update(Agent).where(
        Agent.id == agent.id,
        Agent.password_hash == agent.password_hash,
        Agent.totp_generation == agent.totp_generation,
        Agent.disabled_at.is_(None),
    )
    renewed = unchanged.values(password_hash=verdict.better_hash or agent.password_hash)
    return tx.change(renewed) == 1


def _count_wrong(deps: AuthDependencies, booked: Booked) -> int:
    """Count and record it in one transaction; returns `attempts_remaining`."""
    with deps.database.transaction() as tx:
        left = count_wrong(tx, booked)
        _record_refusal(deps, tx, booked.subject, INVALID_CREDENTIALS.code)
        return left


def _record_locked(deps: AuthDependencies, email: str) -> None:
    with deps.database.transaction() as tx:
        subject = _subject(deps.keys, email, find_agent(tx, email))
        _record_refusal(deps, tx, subject, LOGIN_LOCKED.code)


def _record_refusal(deps: AuthDependencies, tx: Transaction, subject: str, code: str) -> None:
    deps.audit.record(tx, Act(ANONYMOUS, "refuse_log_in", subject, detail={"code": code}))
