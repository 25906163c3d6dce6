"""Set the transaction password for the first time, change it, or reset it (contract, section 3)."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from app.auth.challenges import find_token, use_token, void_challenges
from app.auth.errors import (
    TRANSACTION_PASSWORD_ALREADY_SET,
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_NOT_SET,
    VERIFICATION_TOKEN_INVALID,
)
from app.auth.judging import require_good_transaction_password
from app.auth.models import User
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.operations.check_password import check_password
from app.auth.operations.check_transaction_password import check_transaction_password
from app.auth.operations.reset_password import owner_of
from app.auth.queries import get_user
from app.auth.rules import Door, Purpose
from app.auth.tries import open_door
from app.core.database import Transaction
from app.core.events import Event
from app.notifications.rules import Template


@dataclass(frozen=True, slots=True)
class NewTransactionPassword:
    """What shall be set, typed twice."""

    password: str = field(repr=False)
    confirmation: str = field(repr=False)


def set_first_transaction_password(
    deps: AuthDependencies, user_id: str, login_password: str, new: NewTransactionPassword
) -> None:
    """Set it where none is. Raises TRANSACTION_PASSWORD_ALREADY_SET, LOGIN_LOCKED, PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_REJECTED, BUSY.
    """
    user = _read(deps, user_id)
    if user.has_transaction_password:
        raise TRANSACTION_PASSWORD_ALREADY_SET()
    check_password(deps, user_id, login_password)
    new_hash = _judge_and_hash(deps, user, new)
    with deps.database.transaction() as tx:
        if not _replace(tx, user, new_hash):
            raise TRANSACTION_PASSWORD_ALREADY_SET()
        _tell(deps, tx, user_id, Template.TRANSACTION_PASSWORD_SET, "transaction_password.set")


def change_transaction_password(
    deps: AuthDependencies, user_id: str, current: str, new: NewTransactionPassword
) -> None:
    """Replace it, knowing the current one. Raises what `check_transaction_password` raises, and
    TRANSACTION_PASSWORD_REJECTED, BUSY.
    """
    user = _read(deps, user_id)
    if not user.has_transaction_password:
        raise TRANSACTION_PASSWORD_NOT_SET()
    check_transaction_password(deps, user_id, current)
    new_hash = _judge_and_hash(deps, user, new)
    with deps.database.transaction() as tx:
        if not _replace(tx, user, new_hash):
            raise TRANSACTION_PASSWORD_INCORRECT()  # changed by another call in the meantime
        void_challenges(tx, user_id, (Purpose.RESET_TRANSACTION_PASSWORD,))
        _tell(
            deps, tx, user_id, Template.TRANSACTION_PASSWORD_CHANGED, "transaction_password.changed"
        )


def reset_transaction_password(
    deps: AuthDependencies,
    user_id: str,
    verification_token: str,
    login_password: str,
    new: NewTransactionPassword,
) -> None:
    """Replace it with a verification token and the login password, and lift every lock; one that was never set is set.

    Raises VERIFICATION_TOKEN_INVALID (another's token too), LOGIN_LOCKED, PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_REJECTED (which leaves the token good), BUSY.
    """
    with deps.database.snapshot() as tx:
        _require_own_token(tx, verification_token, user_id)
        user = get_user(tx, user_id)
    check_password(deps, user_id, login_password)
    new_hash = _judge_and_hash(deps, user, new)
    with deps.database.transaction() as tx:
        _require_own_token(tx, verification_token, user_id)
        use_token(tx, verification_token, Purpose.RESET_TRANSACTION_PASSWORD)
        tx.change(
            sa.update(User).where(User.id == user_id).values(transaction_password_hash=new_hash)
        )
        void_challenges(tx, user_id, (Purpose.RESET_TRANSACTION_PASSWORD,))
        open_door(tx, Door.TRANSACTION_PASSWORD, user_id)
        _tell(deps, tx, user_id, Template.TRANSACTION_PASSWORD_RESET, "transaction_password.reset")


def _read(deps: AuthDependencies, user_id: str) -> User:
    with deps.database.snapshot() as tx:
        return get_user(tx, user_id)


def _judge_and_hash(deps: AuthDependencies, user: User, new: NewTransactionPassword) -> str:
    require_good_transaction_password(
        new.password, confirmation=new.confirmation, identifiers=user.identifiers
    )
    return deps.hasher.hash(new.password)


def _replace(tx: Transaction, user: User, new_hash: str) -> bool:
    """Write the new hash unless the old one was replaced since `user` was read."""
    old = User.transaction_password_hash.is_not_distinct_from(user.transaction_password_hash)
    replacing = sa.update(User).where(User.id == user.id, old)
    return tx.change(replacing.values(transaction_password_hash=new_hash)) == 1


def _require_own_token(tx: Transaction, token: str, user_id: str) -> None:
    challenge = find_token(tx, token, Purpose.RESET_TRANSACTION_PASSWORD)
    if owner_of(tx, challenge).id != user_id:
        raise VERIFICATION_TOKEN_INVALID()


def _tell(
    deps: AuthDependencies, tx: Transaction, user_id: str, template: Template, event: str
) -> None:
    tell_user(tx, user_id, template)
    deps.events.announce(tx, Event(event, user_id, user_id, {}))
