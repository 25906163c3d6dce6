"""Give an agent a new TOTP secret or a new password (contract, section 8): a lost phone, a forgotten password."""

from dataclasses import dataclass, field

from app.audit.rules import Act
from app.auth.agent_queries import get_agent, hold_agent
from app.auth.agent_sessions import end_agent_sessions
from app.auth.enrolment import Enrolment, enrolment_of
from app.auth.models import Agent
from app.auth.operations import AuthDependencies
from app.auth.passwords import make_password
from app.auth.rules import Door
from app.auth.second_factor import issue_recovery_codes
from app.auth.tries import open_door
from app.core.database import Transaction


@dataclass(frozen=True, slots=True)
class ResetTotp:
    """The new secret and the new recovery codes, which can't be shown again."""

    agent: Agent
    totp: Enrolment
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """The new password, which can't be shown again."""

    agent: Agent
    password: str = field(repr=False)


def reset_agent_totp(deps: AuthDependencies, by: str, agent_id: str) -> ResetTotp:
    """Make a new secret and new recovery codes; the older ones are dead. Ends every session, lifts a lock.

    Raises NOT_FOUND.
    """
    with deps.database.transaction() as tx:
        agent = hold_agent(tx, agent_id)
        agent.totp_generation += 1
        agent.totp_last_step = None
        codes = issue_recovery_codes(tx, deps.keys, agent_id)
        _begin_anew(deps, tx, by, agent_id, "reset_agent_totp")
    return ResetTotp(agent, enrolment_of(deps.keys, agent), codes)


def reset_agent_password(deps: AuthDependencies, by: str, agent_id: str) -> ResetPassword:
    """Make a new password. Ends every session, lifts a lock; the TOTP stays. Raises NOT_FOUND, BUSY."""
    with deps.database.snapshot() as tx:
        email = get_agent(tx, agent_id).email
    password = make_password(deps.policy, (email,))
    password_hash = deps.hasher.hash(password)
    with deps.database.transaction() as tx:
        agent = hold_agent(tx, agent_id)
        agent.password_hash = password_hash
        _begin_anew(deps, tx, by, agent_id, "reset_agent_password")
    return ResetPassword(agent, password)


def _begin_anew(
    deps: AuthDependencies, tx: Transaction, by: str, agent_id: str, action: str
) -> None:
    tx.flush()
    end_agent_sessions(tx, agent_id)
    open_door(tx, Door.AGENT_LOGIN, agent_id)
    deps.audit.record(tx, Act(by, action, agent_id))
