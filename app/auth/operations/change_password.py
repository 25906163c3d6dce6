"""Change the login password while signed in (contract, section 3)."""

import sqlalchemy as sa

from app.auth.challenges import void_challenges
from app.auth.errors import PASSWORD_INCORRECT
from app.auth.judging import hash_of_new_password
from app.auth.models import User
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.operations.check_password import check_password
from app.auth.operations.reset_password import RECOVERY
from app.auth.queries import get_user
from app.auth.sessions import end_sessions
from app.core.events import Event
from app.core.http.call import Principal
from app.notifications.rules import Template


def change_password(
    deps: AuthDependencies, who: Principal, current: str, new_password: str, confirmation: str
) -> None:
    """Replace the password, end the caller's other sessions, and tell the user.

    The current one is asked first, or `same_as_current` would answer guesses that nobody counts. Raises LOGIN_LOCKED,
    PASSWORD_INCORRECT, PASSWORD_REJECTED, BUSY.
    """
    proven_hash = check_password(deps, who.id, current)
    with deps.database.snapshot() as tx:
        identifiers = get_user(tx, who.id).identifiers
    new_hash = hash_of_new_password(
        deps, new_password, confirmation, identifiers=identifiers, current_hash=proven_hash
    )
    with deps.database.transaction() as tx:
        replacing = sa.update(User).where(User.id == who.id, User.password_hash == proven_hash)
        if tx.change(replacing.values(password_hash=new_hash)) == 0:
            raise PASSWORD_INCORRECT()  # it was changed by another call in the meantime
        void_challenges(tx, who.id, RECOVERY)
        end_sessions(tx, deps.events, who.id, "password_changed", spare=who.session_id)
        tell_user(tx, who.id, Template.PASSWORD_CHANGED)
        deps.events.announce(tx, Event("password.changed", who.id, who.id, {}))
