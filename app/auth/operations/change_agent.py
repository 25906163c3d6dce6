"""Change an agent's name or role, disable or enable (contract, section 8). One admin can always sign in."""

from dataclasses import dataclass

from app.audit.rules import Act
from app.auth.agent_queries import hold_admins, hold_agent
from app.auth.agent_sessions import end_agent_sessions
from app.auth.errors import LAST_ADMIN
from app.auth.models import Agent
from app.auth.operations import AuthDependencies
from app.auth.rules import Role
from app.core.database import Transaction


@dataclass(frozen=True, slots=True)
class AgentChange:
    """What is to change; None leaves it as it is."""

    display_name: str | None = None
    role: Role | None = None
    disabled: bool | None = None


def change_agent(deps: AuthDependencies, by: str, agent_id: str, change: AgentChange) -> Agent:
    """Change what differs. Another role, and being disabled, end the agent's sessions at once.

    Raises NOT_FOUND; LAST_ADMIN where no other admin could sign in.
    """
    with deps.database.transaction() as tx:
        admins = hold_admins(tx)
        agent = hold_agent(tx, agent_id)
        changed = _apply(tx, agent, change)
        is_admin = agent.role == Role.ADMIN and agent.disabled_at is None
        if admins == [agent_id] and not is_admin:
            raise LAST_ADMIN()
        if {"role", "disabled"} & changed.keys():
            end_agent_sessions(tx, agent_id)
        if changed:
            detail = {name: value for name, value in changed.items() if name != "display_name"}
            act = Act(by, "change_agent", agent_id, fields=tuple(sorted(changed)), detail=detail)
            deps.audit.record(tx, act)
    return agent


def _apply(tx: Transaction, agent: Agent, change: AgentChange) -> dict[str, object]:
    """Set what differs, and return it."""
    changed: dict[str, object] = {}
    if change.display_name not in (None, agent.display_name):
        agent.display_name = changed["display_name"] = change.display_name
    if change.role not in (None, agent.role):
        agent.role = changed["role"] = change.role.value
    if change.disabled not in (None, agent.disabled_at is not None):
        agent.disabled_at = tx.now if change.disabled else None
        changed["disabled"] = change.disabled
    tx.flush()
    return changed
