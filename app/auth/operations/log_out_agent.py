"""Sign an agent out (contract, section 8). The token is dead at once."""

from app.audit.rules import Act
from app.auth.agent_sessions import end_agent_sessions
from app.auth.models import AgentSession
from app.auth.operations import AuthDependencies


def log_out_agent(deps: AuthDependencies, session_id: str) -> None:
    """End the session; nothing happens where it has ended, or never was."""
    with deps.database.transaction() as tx:
        session = tx.get(AgentSession, session_id)
        if session is None or end_agent_sessions(tx, session.agent_id, only=session_id) == 0:
            return
        detail = {"session_id": session_id}
        deps.audit.record(tx, Act(session.agent_id, "log_out", session.agent_id, detail=detail))
