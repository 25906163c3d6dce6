"""Sign in (contract, section 3): known and unknown identifiers take the same steps and the same time."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.doors import at_door, count_wrong
from app.auth.errors import INVALID_CREDENTIALS
from app.auth.hashing import Verdict
from app.auth.identifiers import Identifier
from app.auth.models import User, UserSession
from app.auth.notices import tell_quietly, tell_user
from app.auth.operations import AuthDependencies
from app.auth.queries import find_user
from app.auth.rules import Door
from app.auth.sessions import Device, TokenPair, open_session
from app.auth.tries import Booked, count_right
from app.core.database import Transaction
from app.core.security import KeyRing
from app.notifications.rules import Template


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user and the tokens of a session that has just begun."""

    user: User
    tokens: TokenPair


def log_in(
    deps: AuthDependencies, identifier: Identifier, password: str, device: Device
) -> SignedIn:
    """Begin a session on a device and tell the user, all the louder where that device was never seen before.

    The try is booked and committed before the password is judged. Raises LOGIN_LOCKED after five wrong ones in a row,
    INVALID_CREDENTIALS with `attempts_remaining`, BUSY.
    """

    def find(tx: Transaction) -> tuple[str, User | None]:
        user = find_user(tx, identifier)
        return login_subject(deps.keys, identifier, user), user

    with at_door(deps, Door.LOGIN, find) as (slow, user, booked):
        verdict = slow.verify(password, user.password_hash if user else None)
    if user is not None and verdict.right:
        signed_in = _begin_session(deps, user, booked, verdict, device)
        if signed_in is not None:
            return signed_in
    raise INVALID_CREDENTIALS(attempts_remaining=count_wrong(deps, booked))


def login_subject(keys: KeyRing, identifier: Identifier, user: User | None) -> str:
    """Whose tries are counted: the account's, or a stand-in for one that isn't there."""
    if user is not None:
        return user.id
    return f"unknown:{keys.fingerprint('unknown-account', identifier.key)}"


def _begin_session(
    deps: AuthDependencies, user: User, booked: Booked, verdict: Verdict, device: Device
) -> SignedIn | None:
    """None where the password was changed or reset while it was judged: it opens nothing any more."""
    unchanged = sa.update(User).where(User.id == user.id, User.password_hash == user.password_hash)
    renewed = unchanged.values(password_hash=verdict.better_hash or user.password_hash)
    with deps.database.transaction() as tx:
        if tx.change(renewed) == 0:
            return None
        count_right(tx, booked)
        _tell(tx, user.id, device)
        return SignedIn(user, open_session(tx, user.id, device))


def _tell(tx: Transaction, user_id: str, device: Device) -> None:
    """Every sign-in is told: a thief can claim to be a device that is known, since it is the app that names it."""
    if _is_new_device(tx, user_id, device):
        tell_user(tx, user_id, Template.LOGIN_NEW_DEVICE, device=device.shown)
    else:
        tell_quietly(tx, user_id, Template.SIGNED_IN, device=device.shown)


def _is_new_device(tx: Transaction, user_id: str, device: Device) -> bool:
    """True where the user has signed in before, but never on a device of that name and platform."""
    seen = tx.execute(
        sa.select(UserSession.device_name, UserSession.device_platform)
        .where(UserSession.user_id == user_id)
        .distinct()
    ).all()
    return bool(seen) and (device.name, device.platform) not in {tuple(row) for row in seen}
