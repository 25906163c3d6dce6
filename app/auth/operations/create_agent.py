"""Make an agent (contract, section 8): by an admin, or by who runs the commands of the machine."""

from dataclasses import dataclass, field

from app.audit.rules import Act
from app.auth.enrolment import Enrolment, enrolment_of
from app.auth.identifiers import Identifier
from app.auth.judging import require_good_password
from app.auth.models import Agent
from app.auth.new_agents import add_agent
from app.auth.operations import AuthDependencies
from app.auth.passwords import make_password
from app.auth.rules import DISPLAY_NAME_MAX, Role
from app.auth.second_factor import issue_recovery_codes


@dataclass(frozen=True, slots=True)
class NewAgent:
    """Who is to be an agent; `password` is made where it is None."""

    email: Identifier
    display_name: str
    role: Role
    password: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class CreatedAgent:
    """An agent, and all that has to be told once: nothing of it can be shown again."""

    agent: Agent
    password: str = field(repr=False)
    totp: Enrolment
    recovery_codes: tuple[str, ...] = field(repr=False)


def create_agent(deps: AuthDependencies, by: str, new: NewAgent) -> CreatedAgent:
    """Make the agent with a first password, a TOTP secret and ten recovery codes; `by` is an admin's id or SYSTEM.

    Raises EMAIL_TAKEN, PASSWORD_REJECTED, BUSY.
    """
    identifiers = (new.email.value,)
    password = new.password or make_password(deps.policy, identifiers)
    require_good_password(deps.policy, password, field="password", identifiers=identifiers)
    password_hash = deps.hasher.hash(password)
    with deps.database.transaction() as tx:
        agent = add_agent(tx, new.email, new.display_name, new.role, password_hash)
        codes = issue_recovery_codes(tx, deps.keys, agent.id)
        deps.audit.record(tx, Act(by, "create_agent", agent.id, detail={"role": new.role.value}))
    return CreatedAgent(agent, password, enrolment_of(deps.keys, agent), codes)


def name_of(email: Identifier) -> str:
    """What an agent is called who was given no name: the address before the `@`."""
    return email.value.partition("@")[0][:DISPLAY_NAME_MAX]
