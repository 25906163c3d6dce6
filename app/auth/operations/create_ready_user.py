"""A ready user in one call, for the sandbox door (contract, section 9). Never reached in production."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from app.auth.errors import IDENTIFIER_TAKEN
from app.auth.identifiers import Identifier, parse_identifier
from app.auth.judging import require_good_password, require_good_transaction_password
from app.auth.models import User
from app.auth.new_users import IdentifierInUseError, NewUser, add_user
from app.auth.operations import AuthDependencies
from app.auth.sessions import Device, TokenPair, open_session
from app.core.database import Transaction
from app.core.locale import DEFAULT_LOCALE, Locale

SANDBOX_PASSWORD = "Sandbox-pass-1"  # noqa: S105 - contract, section 9
SANDBOX_TRANSACTION_PASSWORD = "246810"  # noqa: S105 - contract, section 9
FIXED = frozenset({SANDBOX_PASSWORD, SANDBOX_TRANSACTION_PASSWORD})
SANDBOX_DEVICE = Device(name="Sandbox", platform="sandbox", app_version=None)
MADE_UP_TRIES = 5

Also = Callable[[Transaction, str], None]


@dataclass(frozen=True, slots=True)
class ReadyUser:
    """A user with everything a test needs to be that user."""

    user: User
    identifier: str
    password: str = field(repr=False)
    transaction_password: str = field(repr=False)
    tokens: TokenPair


@dataclass(frozen=True, slots=True)
class ReadyUserWish:
    """What is asked for; the rest is made up: both identifiers where none is given, the fixed passwords."""

    phone: Identifier | None = None
    email: Identifier | None = None
    password: str = field(default=SANDBOX_PASSWORD, repr=False)
    transaction_password: str = field(default=SANDBOX_TRANSACTION_PASSWORD, repr=False)
    display_name: str | None = None
    locale: Locale = DEFAULT_LOCALE


def create_ready_user(
    deps: AuthDependencies, wish: ReadyUserWish, also: Also = lambda tx, user_id: None
) -> ReadyUser:
    """Make a user with a wallet and a session; `also` runs in the same transaction (funding, a card).

    The hashes of the fixed passwords are made once per process. Raises PASSWORD_REJECTED or
    TRANSACTION_PASSWORD_REJECTED for one that the rules refuse, IDENTIFIER_TAKEN, and whatever `also` raises, with
    nothing left behind.
    """
    password_hash, transaction_password_hash = _hashes(deps, wish)
    for _ in range(MADE_UP_TRIES):
        new = NewUser(
            identifiers=_identifiers(wish),
            display_name=wish.display_name or "Sandbox User",
            locale=wish.locale,
            password_hash=password_hash,
            transaction_password_hash=transaction_password_hash,
        )
        try:
            user, tokens = _create(deps, new, also)
        except IdentifierInUseError:
            continue  # one that was made up may hit another; one that was asked for stays taken
        identifier = user.identifiers[0]
        return ReadyUser(user, identifier, wish.password, wish.transaction_password, tokens)
    raise IDENTIFIER_TAKEN()


def _create(deps: AuthDependencies, new: NewUser, also: Also) -> tuple[User, TokenPair]:
    with deps.database.transaction() as tx:
        user = add_user(tx, new)
        tokens = open_session(tx, user.id, SANDBOX_DEVICE)
        also(tx, user.id)
    return user, tokens


def _hashes(deps: AuthDependencies, wish: ReadyUserWish) -> tuple[str, str]:
    known = [one.value for one in (wish.phone, wish.email) if one is not None]
    if wish.password != SANDBOX_PASSWORD:
        require_good_password(deps.policy, wish.password, field="password", identifiers=known)
    if wish.transaction_password != SANDBOX_TRANSACTION_PASSWORD:
        require_good_transaction_password(wish.transaction_password, identifiers=known)
    return _hash(deps, wish.password), _hash(deps, wish.transaction_password)


def _hash(deps: AuthDependencies, password: str) -> str:
    return (deps.hasher.hash_once if password in FIXED else deps.hasher.hash)(password)


def _identifiers(wish: ReadyUserWish) -> tuple[Identifier, ...]:
    given = tuple(one for one in (wish.phone, wish.email) if one is not None)
    return given or (_made_up_phone(), _made_up_email())


def _made_up_phone() -> Identifier:
    """A valid Chinese mobile number that does not contain the fixed transaction password."""
    while True:
        text = f"+86199{secrets.randbelow(10**8):08d}"
        if SANDBOX_TRANSACTION_PASSWORD not in text:
            return parse_identifier(text)


def _made_up_email() -> Identifier:
    return parse_identifier(f"user-{secrets.token_hex(6)}@sandbox.test")
