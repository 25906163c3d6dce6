"""Set a new login password with a verification token, when the old one is forgotten (contract, section 3)."""

import sqlalchemy as sa

from app.auth.challenges import find_token, use_token, verified_identifier, void_challenges
from app.auth.errors import VERIFICATION_TOKEN_INVALID
from app.auth.judging import hash_of_new_password
from app.auth.models import Challenge, User
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.queries import find_user
from app.auth.rules import Door, Purpose
from app.auth.sessions import end_sessions
from app.auth.tries import open_door
from app.core.database import Transaction
from app.core.events import Event
from app.notifications.rules import Template

# What a new password makes worthless. A reset of the transaction password asks for the login password as well.
RECOVERY = (Purpose.RESET_PASSWORD,)


def reset_password(
    deps: AuthDependencies, verification_token: str, new_password: str, confirmation: str
) -> None:
    """Replace the password, lift the login lock, end every session, open none, and tell the user.

    Raises VERIFICATION_TOKEN_INVALID; PASSWORD_REJECTED, which leaves the token good; BUSY.
    """
    with deps.database.snapshot() as tx:
        challenge = find_token(tx, verification_token, Purpose.RESET_PASSWORD)
        user = owner_of(tx, challenge)
    new_hash = hash_of_new_password(
        deps,
        new_password,
        confirmation,
        identifiers=user.identifiers,
        current_hash=user.password_hash,
    )
    with deps.database.transaction() as tx:
        use_token(tx, verification_token, Purpose.RESET_PASSWORD)
        owner_of(tx, challenge)
        store_password(tx, user.id, new_hash)
        end_sessions(tx, deps.events, user.id, "password_reset")
        open_door(tx, Door.LOGIN, user.id)
        tell_user(tx, user.id, Template.PASSWORD_RESET)
        deps.events.announce(tx, Event("password.reset", user.id, user.id, {}))


def owner_of(tx: Transaction, challenge: Challenge) -> User:
    """The account that a recovery is for, as long as the destination is still its own.

    Raises VERIFICATION_TOKEN_INVALID.
    """
    user = find_user(tx, verified_identifier(challenge))
    if user is None or user.id != challenge.user_id:
        raise VERIFICATION_TOKEN_INVALID()
    return user


def store_password(tx: Transaction, user_id: str, new_hash: str) -> None:
    """Write the new hash; codes and tokens for a recovery that are still about are worthless from now on."""
    tx.change(sa.update(User).where(User.id == user_id).values(password_hash=new_hash))
    void_challenges(tx, user_id, RECOVERY)
