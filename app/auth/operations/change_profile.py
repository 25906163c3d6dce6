"""Change what a user may change of the profile (contract, section 3)."""

from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa

from app.auth.errors import TRANSACTION_PASSWORD_NOT_SET, TRANSACTION_PASSWORD_REQUIRED
from app.auth.models import User
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.operations.check_transaction_password import check_transaction_password
from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.locale import Locale
from app.core.money import DEFAULT_CURRENCY, say_amount
from app.notifications.rules import Template


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What is to change; None leaves it. `password_free_limit` in minor units."""

    display_name: str | None = None
    locale: Locale | None = None
    password_free_limit: int | None = None
    transaction_password: str | None = field(default=None, repr=False)

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of `users` to write."""
        wanted = {
            "display_name": self.display_name,
            "locale": self.locale,
            "password_free_limit_minor": self.password_free_limit,
        }
        return {name: value for name, value in wanted.items() if value is not None}


def change_profile(deps: AuthDependencies, user_id: str, change: ProfileChange) -> User:
    """Write the change; raising the password-free limit needs the transaction password, and is told.

    A transaction password that isn't needed is not looked at. Raises TRANSACTION_PASSWORD_REQUIRED, and what
    `check_transaction_password` raises.
    """
    proven = _prove_raise(deps, user_id, change)
    with deps.database.transaction() as tx:
        before = get_user(tx, user_id).password_free_limit_minor
        if change.columns:
            _write(tx, user_id, change, proven=proven)
        user = get_user(tx, user_id)
        tx.refresh(user)
        if user.password_free_limit_minor > before:
            limit = say_amount(
                user.password_free_limit_minor, DEFAULT_CURRENCY, cast("Locale", user.locale)
            )
            tell_user(tx, user_id, Template.PASSWORD_FREE_LIMIT_RAISED, limit=limit)
    return user


def _prove_raise(deps: AuthDependencies, user_id: str, change: ProfileChange) -> bool:
    """Ask for the transaction password where the limit goes up; True where it was proven."""
    with deps.database.snapshot() as tx:
        user = get_user(tx, user_id)
    wanted = change.password_free_limit
    if wanted is None or wanted <= user.password_free_limit_minor:
        return False
    if not user.has_transaction_password:
        raise TRANSACTION_PASSWORD_NOT_SET()
    if change.transaction_password is None:
        raise TRANSACTION_PASSWORD_REQUIRED()
    check_transaction_password(deps, user_id, change.transaction_password)
    return True


def _write(tx: Transaction, user_id: str, change: ProfileChange, *, proven: bool) -> None:
    writing = sa.update(User).where(User.id == user_id)
    if change.password_free_limit is not None and not proven:
        # Another call may have lowered the limit since it was read.
        writing = writing.where(User.password_free_limit_minor >= change.password_free_limit)
    if tx.change(writing.values(**change.columns)) == 0:
        raise TRANSACTION_PASSWORD_REQUIRED()
