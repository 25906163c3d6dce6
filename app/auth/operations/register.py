"""Open an account (contract, section 3)."""

from dataclasses import dataclass, field

from app.auth.challenges import find_token, use_token, verified_identifier
from app.auth.errors import VERIFICATION_TOKEN_INVALID
from app.auth.judging import require_good_password
from app.auth.models import User
from app.auth.new_users import IdentifierInUseError, NewUser, add_user
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.rules import Purpose
from app.core.events import Event
from app.core.locale import Locale
from app.notifications.rules import Template


@dataclass(frozen=True, slots=True)
class Registration:
    """What the new user sends; the identifier is the one that the token proves."""

    verification_token: str = field(repr=False)
    password: str = field(repr=False)
    password_confirmation: str = field(repr=False)
    display_name: str
    locale: Locale


def register(deps: AuthDependencies, asked: Registration) -> User:
    """Make the account and its wallet; nobody is signed in by it.

    Raises VERIFICATION_TOKEN_INVALID, also where the identifier was taken in the meantime; PASSWORD_REJECTED, which
    leaves the token good; BUSY.
    """
    with deps.database.snapshot() as tx:
        challenge = find_token(tx, asked.verification_token, Purpose.REGISTER)
    identifier = verified_identifier(challenge)
    require_good_password(
        deps.policy,
        asked.password,
        field="password",
        confirmation=asked.password_confirmation,
        identifiers=(identifier.value,),
    )
    new = NewUser((identifier,), asked.display_name, asked.locale, deps.hasher.hash(asked.password))
    with deps.database.transaction() as tx:
        use_token(tx, asked.verification_token, Purpose.REGISTER)
        try:
            user = add_user(tx, new)
        except IdentifierInUseError:
            raise VERIFICATION_TOKEN_INVALID() from None
        tell_user(tx, user.id, Template.WELCOME)
        deps.events.announce(tx, Event("user.registered", user.id, user.id, {}))
    return user
