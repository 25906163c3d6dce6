"""The agents' accounts: who there is, new ones, new codes and passwords, which are shown this once."""

from typing import Any, Final

from app.auth.agent_queries import list_agents
from app.auth.agent_schemas import AgentChangeSchema, NewAgentSchema
from app.auth.operations.change_agent import AgentChange, change_agent
from app.auth.operations.create_agent import NewAgent, create_agent, name_of
from app.auth.operations.reset_agent import reset_agent_password, reset_agent_totp
from app.auth.rules import Role
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_form
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.http.decoding import load

pages = Pages()

TOLD_ONCE: Final = "agents/told_once.html"
DISABLED: Final = {"yes": True, "no": False}


@pages.get("/agents", role=Role.ADMIN)
def show_agents(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Everybody, newest first."""
    with deps.database.snapshot() as tx:
        agents = list_agents(tx, visit.page)
    return Shown("agents/list.html", {"agents": agents, "roles": tuple(Role)})


@pages.post("/agents", role=Role.ADMIN)
def make_agent(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """A new agent, with what their phone has to be told."""
    body = read_form(visit, NewAgentSchema)
    email = body["email"]
    new = NewAgent(email, body.get("display_name") or name_of(email), Role(body["role"]))
    return Shown(TOLD_ONCE, {"made": create_agent(deps.auth, visit.me.id, new)})


@pages.post("/agents/<agent_id>/totp", role=Role.ADMIN)
def renew_totp(deps: ConsoleDependencies, visit: Visit, agent_id: str) -> Shown:
    """A new secret and new recovery codes."""
    return Shown(TOLD_ONCE, {"made": reset_agent_totp(deps.auth, visit.me.id, agent_id)})


@pages.post("/agents/<agent_id>/password", role=Role.ADMIN)
def renew_password(deps: ConsoleDependencies, visit: Visit, agent_id: str) -> Shown:
    """A new first password."""
    return Shown(TOLD_ONCE, {"made": reset_agent_password(deps.auth, visit.me.id, agent_id)})


@pages.post("/agents/<agent_id>", role=Role.ADMIN)
def change_agent_account(deps: ConsoleDependencies, visit: Visit, agent_id: str) -> GoTo:
    """Another role, or shut out and let in again."""
    wanted: dict[str, Any] = dict(visit.form)
    if "disabled" in wanted:
        wanted["disabled"] = DISABLED.get(wanted["disabled"])
    body = load(AgentChangeSchema(), wanted)
    role = Role(body["role"]) if "role" in body else None
    change_agent(
        deps.auth, visit.me.id, agent_id, AgentChange(role=role, disabled=body.get("disabled"))
    )
    return GoTo("/agents", says="agent_changed")
