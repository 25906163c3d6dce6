"""Ask for a verification code, for the first time or again (contract, section 3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from app.auth.errors import VERIFICATION_EXPIRED
from app.auth.identifiers import Identifier, IdentifierKind, parse_identifier
from app.auth.models import Challenge, User
from app.auth.operations import AuthDependencies
from app.auth.queries import find_user
from app.auth.rules import (
    CHALLENGE_LIFETIME,
    CODE_LENGTH,
    CODE_LIFETIME,
    FOR_NEW_IDENTIFIERS,
    RESEND_AFTER,
    Purpose,
)
from app.auth.sending_caps import count_send
from app.core.database import Transaction
from app.core.errors import existing
from app.core.ids import new_id
from app.core.locale import Locale
from app.notifications.outbox import CodeReference, Notice, notify
from app.notifications.rules import Channel, Template

CODE_TEMPLATES = {
    Purpose.REGISTER: Template.REGISTER_CODE,
    Purpose.RESET_PASSWORD: Template.RESET_PASSWORD_CODE,
    Purpose.RESET_TRANSACTION_PASSWORD: Template.RESET_TRANSACTION_PASSWORD_CODE,
    Purpose.ADD_IDENTIFIER: Template.ADD_IDENTIFIER_CODE,
}


@dataclass(frozen=True, slots=True)
class Verification:
    """What whoever asked is told; `destination` is masked. The same for accounts that aren't there."""

    id: str
    channel: str
    destination: str
    expires_at: datetime
    resend_at: datetime
    code_length: int = CODE_LENGTH


def ask_for_code(
    deps: AuthDependencies,
    purpose: Purpose,
    identifier: Identifier,
    locale: Locale,
    address: str | None = None,
) -> Verification:
    """Begin a challenge and have its code sent; an older one for the same purpose and destination is replaced.

    For an account that isn't there, or an identifier that is taken, every step is the same, but no code is sent and
    none will confirm; who owns the taken one is told instead. `address` is what the caller's counts as, None where it
    is no caller from there. Raises RESEND_TOO_SOON within 60 s, RATE_LIMITED over the caps of destination and address.
    """
    with deps.database.transaction() as tx:
        challenge = begin_challenge(tx, deps, purpose, identifier, locale, address)
    return show_challenge(challenge)


def begin_challenge(
    tx: Transaction,
    deps: AuthDependencies,
    purpose: Purpose,
    identifier: Identifier,
    locale: Locale,
    address: str | None = None,
) -> Challenge:
    """What `ask_for_code` does, in the caller's transaction; raises the same."""
    count_send(tx, identifier.key, purpose, deps.timezone, _address_key(deps, address))
    user = find_user(tx, identifier)
    _replace_older(tx, purpose, identifier.key)
    challenge = _new_challenge(tx, purpose, identifier, user, locale)
    tx.add(challenge)
    taken = user is not None and not challenge.genuine
    notify(tx, _owner_notice(challenge) if taken else _code_notice(challenge))
    return challenge


def resend_code(
    deps: AuthDependencies, challenge_id: str, address: str | None = None
) -> Verification:
    """Send a new code for a challenge; the older one dies and five new tries are given.

    Raises NOT_FOUND; VERIFICATION_EXPIRED for one that was used or replaced, or began over an hour ago;
    RESEND_TOO_SOON; RATE_LIMITED.
    """
    with deps.database.transaction() as tx:
        challenge = existing(tx.get(Challenge, challenge_id))
        if challenge.created_at + CHALLENGE_LIFETIME <= tx.now:
            raise VERIFICATION_EXPIRED()
        purpose, address_key = Purpose(challenge.purpose), _address_key(deps, address)
        count_send(tx, challenge.destination_key, purpose, deps.timezone, address_key)
        renewing = sa.update(Challenge).where(
            Challenge.id == challenge_id,
            Challenge.closed_at.is_(None),
            Challenge.token_digest.is_(None),
        )
        renewed = renewing.values(
            generation=Challenge.generation + 1,
            tries=0,
            sent_at=tx.now,
            expires_at=tx.now + CODE_LIFETIME,
        )
        if tx.change(renewed) == 0:
            raise VERIFICATION_EXPIRED()
        tx.refresh(challenge)
        notify(tx, _code_notice(challenge))
    return show_challenge(challenge)


def _address_key(deps: AuthDependencies, address: str | None) -> str | None:
    if address is None or not deps.address_limits:
        return None
    return deps.keys.fingerprint("network-address", address)


def _replace_older(tx: Transaction, purpose: Purpose, destination_key: str) -> None:
    tx.change(
        sa.update(Challenge)
        .where(
            Challenge.destination_key == destination_key,
            Challenge.purpose == purpose,
            Challenge.closed_at.is_(None),
            Challenge.token_digest.is_(None),
        )
        .values(closed_at=tx.now)
    )


def _new_challenge(
    tx: Transaction, purpose: Purpose, identifier: Identifier, user: User | None, locale: Locale
) -> Challenge:
    wants_account = purpose not in FOR_NEW_IDENTIFIERS
    return Challenge(
        id=new_id("ver"),
        purpose=purpose,
        channel=identifier.channel,
        destination=_stored_form(user, identifier),
        destination_key=identifier.key,
        user_id=user.id if user is not None else None,
        genuine=(user is not None) is wants_account,
        locale=user.locale if user is not None else locale,
        generation=0,
        tries=0,
        created_at=tx.now,
        sent_at=tx.now,
        expires_at=tx.now + CODE_LIFETIME,
    )


def _stored_form(user: User | None, identifier: Identifier) -> str:
    """The address as its owner wrote it, rather than as somebody typed it now."""
    if user is None or identifier.kind is IdentifierKind.PHONE:
        return identifier.value
    return user.email or identifier.value


def _code_notice(challenge: Challenge) -> Notice:
    return Notice(
        template=CODE_TEMPLATES[Purpose(challenge.purpose)],
        channel=cast("Channel", challenge.channel),
        destination=challenge.destination,
        locale=cast("Locale", challenge.locale),
        user_id=challenge.user_id,
        code=CodeReference(challenge.id, challenge.generation),
        useful_until=challenge.expires_at,
    )


def _owner_notice(challenge: Challenge) -> Notice:
    return Notice(
        template=Template.IDENTIFIER_IN_USE,
        channel=cast("Channel", challenge.channel),
        destination=challenge.destination,
        locale=cast("Locale", challenge.locale),
        user_id=challenge.user_id,
    )


def show_challenge(challenge: Challenge) -> Verification:
    """What whoever asked is told.

    Masked is the form that is compared: the stored one may differ in case, and would give an account away.
    """
    return Verification(
        id=challenge.id,
        channel=challenge.channel,
        destination=parse_identifier(challenge.destination_key).masked,
        expires_at=challenge.expires_at,
        resend_at=challenge.sent_at + RESEND_AFTER,
    )
