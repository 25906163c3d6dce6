"""Making a user inside a transaction: the row and the empty wallet. Who may, the operations decide."""

from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from app.auth.identifiers import Identifier, IdentifierKind
from app.auth.models import User
from app.auth.rules import PASSWORD_FREE_LIMIT_DEFAULT, AccountStatus
from app.core.database import Transaction
from app.core.ids import new_id
from app.core.locale import Locale
from app.ledger.accounts import open_wallet


class IdentifierInUseError(Exception):
    """Another account has one of the identifiers; the transaction goes on as before."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """What an account begins with: one identifier or one of each kind."""

    identifiers: tuple[Identifier, ...]
    display_name: str
    locale: Locale
    password_hash: str = field(repr=False)
    transaction_password_hash: str | None = field(repr=False, default=None)


def add_user(tx: Transaction, new: NewUser) -> User:
    """Insert the user and open the wallet. Raises IdentifierInUseError."""
    user = User(
        id=new_id("usr"),
        display_name=new.display_name,
        locale=new.locale,
        status=AccountStatus.ACTIVE,
        password_hash=new.password_hash,
        transaction_password_hash=new.transaction_password_hash,
        password_free_limit_minor=PASSWORD_FREE_LIMIT_DEFAULT,
        created_at=tx.now,
        **{
            column: value
            for identifier in new.identifiers
            for column, value in identifier_columns(identifier).items()
        },
    )
    try:
        with tx.begin_nested():
            tx.add(user)
    except IntegrityError:
        raise IdentifierInUseError from None
    open_wallet(tx, user.id)
    return user


def identifier_columns(identifier: Identifier) -> dict[str, str]:
    """The columns of `users` that hold an identifier."""
    if identifier.kind is IdentifierKind.PHONE:
        return {"phone": identifier.value}
    return {"email": identifier.value, "email_key": identifier.key}
