"""Sign out: here, on one device, on all others (contract, section 3). An ended session's tokens are dead at once."""

from app.auth.models import UserSession
from app.auth.notices import tell_quietly, tell_user
from app.auth.operations import AuthDependencies
from app.auth.sessions import Device, end_sessions
from app.core.errors import NOT_FOUND
from app.core.http.call import Principal
from app.notifications.rules import Template


def log_out(deps: AuthDependencies, who: Principal) -> None:
    """End the session that calls."""
    with deps.database.transaction() as tx:
        if end_sessions(tx, deps.events, who.id, "logged_out", only=who.session_id):
            session = tx.get_one(UserSession, who.session_id)
            device = Device(session.device_name, session.device_platform)
            tell_quietly(tx, who.id, Template.SIGNED_OUT, device=device.shown)


def revoke_session(deps: AuthDependencies, who: Principal, session_id: str) -> None:
    """End one session of the caller's. Raises NOT_FOUND for another's or one that has ended."""
    with deps.database.transaction() as tx:
        if end_sessions(tx, deps.events, who.id, "revoked", only=session_id) == 0:
            raise NOT_FOUND()
        tell_user(tx, who.id, Template.SESSIONS_ENDED)


def revoke_other_sessions(deps: AuthDependencies, who: Principal) -> None:
    """End every session of the caller's but the one that calls."""
    with deps.database.transaction() as tx:
        if end_sessions(tx, deps.events, who.id, "revoked", spare=who.session_id):
            tell_user(tx, who.id, Template.SESSIONS_ENDED)
