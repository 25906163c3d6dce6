"""Add, replace or remove a phone number or e-mail address (contract, section 3)."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.auth.challenges import find_token, use_token, verified_identifier
from app.auth.errors import LAST_IDENTIFIER, VERIFICATION_TOKEN_INVALID
from app.auth.identifiers import Identifier, IdentifierKind, parse_identifier
from app.auth.models import User
from app.auth.new_users import identifier_columns
from app.auth.notices import tell
from app.auth.operations import AuthDependencies
from app.auth.operations.check_password import check_password
from app.auth.queries import find_user, get_user
from app.auth.rules import Purpose
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.events import Event
from app.notifications.rules import Template

_EMPTY = {
    IdentifierKind.PHONE: {"phone": None},
    IdentifierKind.EMAIL: {"email": None, "email_key": None},
}


def add_identifier(
    deps: AuthDependencies, user_id: str, verification_token: str, password: str
) -> User:
    """Make the verified identifier the caller's, in place of the one of that kind; old and new are told.

    The token is bound to the account that uses it. Raises VERIFICATION_TOKEN_INVALID, also where the identifier is
    somebody's by now; LOGIN_LOCKED, PASSWORD_INCORRECT, BUSY.
    """
    with deps.database.snapshot() as tx:
        challenge = find_token(tx, verification_token, Purpose.ADD_IDENTIFIER)
        identifier = verified_identifier(challenge)
        _require_free(tx, identifier)
    check_password(deps, user_id, password)
    with deps.database.transaction() as tx:
        use_token(tx, verification_token, Purpose.ADD_IDENTIFIER)
        _require_free(tx, identifier)
        before = get_user(tx, user_id)
        previous = _value(before, identifier.kind)
        destinations = dict.fromkeys((*before.identifiers, identifier.value))
        try:
            with tx.begin_nested():
                tx.change(
                    sa.update(User)
                    .where(User.id == user_id)
                    .values(**identifier_columns(identifier))
                )
        except IntegrityError:
            raise VERIFICATION_TOKEN_INVALID() from None
        user = _reread(tx, user_id)
        _tell_of_addition(tx, user, tuple(destinations), identifier, previous)
        deps.events.announce(tx, Event("user.identifier_changed", user_id, user_id, {}))
        return user


def remove_identifier(
    deps: AuthDependencies, user_id: str, kind: IdentifierKind, password: str
) -> User:
    """Take an identifier off the account; it is told, and so is the one that stays.

    Raises NOT_FOUND where there is none of that kind, LAST_IDENTIFIER, LOGIN_LOCKED, PASSWORD_INCORRECT, BUSY.
    """
    with deps.database.snapshot() as tx:
        _require_removable(get_user(tx, user_id), kind)
    check_password(deps, user_id, password)
    with deps.database.transaction() as tx:
        before = get_user(tx, user_id)
        _require_removable(before, kind)
        destinations, removed = before.identifiers, parse_identifier(_value(before, kind) or "")
        both = sa.and_(User.phone.is_not(None), User.email.is_not(None))
        if tx.change(sa.update(User).where(User.id == user_id, both).values(**_EMPTY[kind])) == 0:
            raise LAST_IDENTIFIER()
        user = _reread(tx, user_id)
        for destination in destinations:
            tell(tx, user, destination, Template.IDENTIFIER_REMOVED, identifier=removed.masked)
        deps.events.announce(tx, Event("user.identifier_changed", user_id, user_id, {}))
        return user


def _require_free(tx: Transaction, identifier: Identifier) -> None:
    if find_user(tx, identifier) is not None:
        raise VERIFICATION_TOKEN_INVALID()


def _require_removable(user: User, kind: IdentifierKind) -> None:
    if _value(user, kind) is None:
        raise NOT_FOUND()
    if len(user.identifiers) == 1:
        raise LAST_IDENTIFIER()


def _value(user: User, kind: IdentifierKind) -> str | None:
    return {IdentifierKind.PHONE: user.phone, IdentifierKind.EMAIL: user.email}[kind]


def _reread(tx: Transaction, user_id: str) -> User:
    user = get_user(tx, user_id)
    tx.refresh(user)
    return user


def _tell_of_addition(
    tx: Transaction,
    user: User,
    destinations: tuple[str, ...],
    identifier: Identifier,
    previous: str | None,
) -> None:
    """Every destination that the account had or has, so that whoever lost it learns of it too."""
    values = {"identifier": identifier.masked}
    template = Template.IDENTIFIER_ADDED
    if previous is not None:
        values["previous"] = parse_identifier(previous).masked
        template = Template.IDENTIFIER_REPLACED
    for destination in destinations:
        tell(tx, user, destination, template, **values)
