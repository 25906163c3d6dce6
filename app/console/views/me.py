"""The agent's own account: the password, which an admin made and has seen."""

from app.auth.agent_schemas import AgentPasswordChangeSchema
from app.auth.operations.change_agent_password import change_agent_password
from app.console.dependencies import ConsoleDependencies
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.http.decoding import load

pages = Pages()


@pages.get("/me")
def show_me(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Who is signed in, and the form for another password."""
    return Shown("agents/me.html")


@pages.post("/me/password")
def change_own_password(deps: ConsoleDependencies, visit: Visit) -> GoTo:
    """Replace the password; the other sessions end."""
    body = load(AgentPasswordChangeSchema(), dict(visit.form))
    change_agent_password(
        deps.auth,
        visit.me.principal,
        body["current_password"],
        body["new_password"],
        body["new_password_confirmation"],
    )
    return GoTo("/me", says="password_changed")
