"""`/internal/v1/auth`, `/internal/v1/me` and `/internal/v1/agents` (contract, section 8)."""

from app.auth import agent_queries
from app.auth.agent_schemas import (
    AgentAccountSchema,
    AgentChangeSchema,
    AgentLoginRequestSchema,
    AgentPasswordChangeSchema,
    AgentSchema,
    CreatedAgentSchema,
    NewAgentSchema,
    ResetAgentPasswordSchema,
    ResetTotpSchema,
    SignedInAgentSchema,
)
from app.auth.errors import (
    EMAIL_TAKEN,
    INVALID_CREDENTIALS,
    LAST_ADMIN,
    LOGIN_LOCKED,
    PASSWORD_INCORRECT,
    PASSWORD_REJECTED,
)
from app.auth.models import Agent
from app.auth.operations import AuthDependencies
from app.auth.operations import change_agent as changing
from app.auth.operations import create_agent as creating
from app.auth.operations import reset_agent as resetting
from app.auth.operations.change_agent_password import change_agent_password
from app.auth.operations.log_in_agent import SignedInAgent, log_in_agent
from app.auth.operations.log_out_agent import log_out_agent
from app.auth.rules import Role
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page

agent_routes = Routes(
    "agents", prefix="/internal/v1", tag="Agents", access=Access.AGENT, role=Role.AGENT
)


@agent_routes.post(
    "/auth/login",
    access=Access.ANYONE,
    role=None,
    body=AgentLoginRequestSchema,
    answers={200: SignedInAgentSchema},
    errors=(INVALID_CREDENTIALS, LOGIN_LOCKED),
    address_limit="login",
)
def log_in(deps: AuthDependencies, call: Call) -> SignedInAgent:
    """Begin an agent's session. Five wrong tries in a row lock the address for 30 minutes, known or not.

    Whatever was wrong - address, password, a TOTP that is wrong, old or used - the answer is the same.
    """
    body = call.body
    return log_in_agent(deps, body["email"], body["password"], body["totp"])


@agent_routes.post("/auth/logout", answers={204: None})
def log_out(deps: AuthDependencies, call: Call) -> None:
    """End the session that calls."""
    log_out_agent(deps, call.who.session_id)


@agent_routes.put(
    "/auth/password",
    body=AgentPasswordChangeSchema,
    answers={204: None},
    errors=(LOGIN_LOCKED, PASSWORD_INCORRECT, PASSWORD_REJECTED),
)
def replace_agent_password(deps: AuthDependencies, call: Call) -> None:
    """Change one's own password; ends one's other sessions. Wrong current ones count with logins."""
    body = call.body
    change_agent_password(
        deps,
        call.who,
        body["current_password"],
        body["new_password"],
        body["new_password_confirmation"],
    )


@agent_routes.get("/me", answers={200: AgentSchema})
def read_own_identity(deps: AuthDependencies, call: Call) -> Agent:
    """Who is signed in."""
    with deps.database.snapshot() as tx:
        return agent_queries.get_agent(tx, call.who.id)


@agent_routes.get("/agents", role=Role.ADMIN, answers={200: AgentAccountSchema}, paged=True)
def list_agents(deps: AuthDependencies, call: Call) -> Page[Agent]:
    """All agents, newest first."""
    with deps.database.snapshot() as tx:
        return agent_queries.list_agents(tx, call.page)


@agent_routes.post(
    "/agents",
    role=Role.ADMIN,
    body=NewAgentSchema,
    answers={201: CreatedAgentSchema},
    errors=(EMAIL_TAKEN,),
    key="ignored",
)
def create_agent(deps: AuthDependencies, call: Call) -> creating.CreatedAgent:
    """Make an agent. Password, TOTP secret and recovery codes are answered this once."""
    body = call.body
    email = body["email"]
    name = body.get("display_name") or creating.name_of(email)
    new = creating.NewAgent(email, name, Role(body["role"]))
    return creating.create_agent(deps, call.who.id, new)


@agent_routes.get("/agents/<agent_id>", role=Role.ADMIN, answers={200: AgentAccountSchema})
def read_agent(deps: AuthDependencies, call: Call, agent_id: str) -> Agent:
    """One agent."""
    with deps.database.snapshot() as tx:
        return agent_queries.get_agent(tx, agent_id)


@agent_routes.patch(
    "/agents/<agent_id>",
    role=Role.ADMIN,
    body=AgentChangeSchema,
    answers={200: AgentAccountSchema},
    errors=(LAST_ADMIN,),
)
def change_agent(deps: AuthDependencies, call: Call, agent_id: str) -> Agent:
    """Change name or role, disable or enable. Another role and being disabled end the agent's sessions."""
    body = call.body
    change = changing.AgentChange(
        display_name=body.get("display_name"),
        role=Role(body["role"]) if "role" in body else None,
        disabled=body.get("disabled"),
    )
    return changing.change_agent(deps, call.who.id, agent_id, change)


@agent_routes.post(
    "/agents/<agent_id>/reset-totp",
    role=Role.ADMIN,
    answers={200: ResetTotpSchema},
    key="ignored",
)
def reset_totp(deps: AuthDependencies, call: Call, agent_id: str) -> resetting.ResetTotp:
    """Make a new TOTP secret and new recovery codes, answered this once; the older ones are dead.

    Ends the agent's sessions and lifts a lock.
    """
    return resetting.reset_agent_totp(deps, call.who.id, agent_id)


@agent_routes.post(
    "/agents/<agent_id>/reset-password",
    role=Role.ADMIN,
    answers={200: ResetAgentPasswordSchema},
    key="ignored",
)
def reset_password(deps: AuthDependencies, call: Call, agent_id: str) -> resetting.ResetPassword:
    """Make a new password, answered this once. Ends the agent's sessions and lifts a lock; the TOTP stays."""
    return resetting.reset_agent_password(deps, call.who.id, agent_id)
