"""What support does to protect an account or to let its owner in again, inside the caller's transaction.

Who may ask for it, and on whose word, is the desk's business (app/support/actions). Nobody sees or sets a password.
"""

from typing import Final, cast

import sqlalchemy as sa

from app.auth.identifiers import parse_identifier
from app.auth.models import Challenge, CredentialTries, User
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.operations.ask_for_code import begin_challenge
from app.auth.queries import get_user
from app.auth.rules import AccountStatus, Door, Purpose
from app.auth.sessions import end_sessions
from app.auth.tries import open_door
from app.core.database import Transaction
from app.core.errors import existing
from app.core.events import Event
from app.core.locale import Locale
from app.notifications.rules import Template

_UNLOCKED: Final = {
    Door.LOGIN: (Template.LOGIN_UNLOCKED, "user.login_unlocked"),
    Door.TRANSACTION_PASSWORD: (
        Template.TRANSACTION_PASSWORD_UNLOCKED,
        "transaction_password.unlocked",
    ),
}


def hold_user(tx: Transaction, user_id: str) -> User:
    """The user, locked to the end of the transaction against everything else that changes the account.

    Whatever else of the account a transaction changes, it locks this first, as a password reset does: so the two follow
    one another. Raises NOT_FOUND.
    """
    locked = sa.select(User).where(User.id == user_id).with_for_update(key_share=True)
    return existing(tx.scalar(locked.execution_options(populate_existing=True)))


def freeze(tx: Transaction, deps: AuthDependencies, user_id: str) -> bool:
    """Let no money leave the account from now on, and tell the user; False where it is frozen already."""
    moved = _move(tx, user_id, AccountStatus.FROZEN)
    if moved:
        _tell(tx, deps, user_id, Template.ACCOUNT_FROZEN, "user.frozen")
    return moved


def unfreeze(tx: Transaction, deps: AuthDependencies, user_id: str) -> bool:
    """Let money leave the account again, and tell the user; False where it isn't frozen."""
    moved = _move(tx, user_id, AccountStatus.ACTIVE)
    if moved:
        _tell(tx, deps, user_id, Template.ACCOUNT_UNFROZEN, "user.unfrozen")
    return moved


def revoke_every_session(tx: Transaction, deps: AuthDependencies, user_id: str) -> int:
    """Sign the user out everywhere and tell them; returns how many sessions went on until now."""
    ended = end_sessions(tx, deps.events, user_id, "revoked_by_support")
    if ended:
        tell_user(tx, user_id, Template.ALL_SESSIONS_ENDED)
    return ended


def unlock(tx: Transaction, deps: AuthDependencies, user_id: str, door: Door) -> None:
    """Lift a lock with the wrong tries that brought it, and tell the user.

    What only a reset opens stays closed: ask `needs_reset` first.
    """
    open_door(tx, door, user_id)
    _tell(tx, deps, user_id, *_UNLOCKED[door])


def needs_reset(tx: Transaction, user_id: str, door: Door) -> bool:
    """Whether the door is closed until its password is reset (contract, section 4)."""
    tried = tx.get(CredentialTries, (door, user_id), populate_existing=True)
    return tried is not None and tried.reset_required


def send_reset_code(tx: Transaction, deps: AuthDependencies, user_id: str) -> Challenge:
    """Have a code for a new login password sent to the user's own phone, or to the e-mail address where there is none.

    The same challenge as the user would begin, within the same caps. Raises NOT_FOUND, RESEND_TOO_SOON, RATE_LIMITED.
    """
    user = get_user(tx, user_id)
    identifier = parse_identifier(user.identifiers[0])
    locale = cast("Locale", user.locale)
    return begin_challenge(tx, deps, Purpose.RESET_PASSWORD, identifier, locale)


def _tell(
    tx: Transaction, deps: AuthDependencies, user_id: str, template: Template, event: str
) -> None:
    """Tell the user, and whoever listens."""
    tell_user(tx, user_id, template)
    deps.events.announce(tx, Event(event, user_id, user_id, {}))


def _move(tx: Transaction, user_id: str, status: AccountStatus) -> bool:
    moving = sa.update(User).where(User.id == user_id, User.status != status)
    return tx.change(moving.values(status=status)) == 1
