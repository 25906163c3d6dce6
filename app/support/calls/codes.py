"""Call codes inside a transaction: giving one out, finding whose one is, using it up.

A code is HOTP (RFC 4226) under a key of its own, made from the key ring and from all that it is good for; only a keyed
digest of it is stored.
"""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
import sqlalchemy as sa

from app.auth.models import UserSession
from app.auth.sessions import alive
from app.core.database import Transaction
from app.core.errors import BUSY
from app.core.ids import new_id
from app.core.security import KeyRing
from app.support.calls.models import CallCode
from app.support.calls.rules import CODE_LENGTH, CODE_LIFETIME, CODES_DRAWN

RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class GivenCode:
    """A code as its user sees it, this once."""

    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeHolder:
    """Whose app shows a code: the user, the session, and since when it has been signed in."""

    user_id: str
    session_id: str
    logged_in_at: datetime


def give_code(tx: Transaction, keys: KeyRing, user_id: str, session_id: str) -> GivenCode:
    """A new code for a user, unlike any other that is valid; the user's older one dies. Raises BUSY."""
    code_id, expires_at = new_id("ccd"), tx.now + CODE_LIFETIME
    for counter in range(CODES_DRAWN):
        code = derive_code(keys, code_id, user_id, session_id, counter)
        digest = _digest(keys, code)
        own_or_expired = sa.or_(
            CallCode.user_id == user_id,
            sa.and_(CallCode.digest == digest, CallCode.expires_at <= tx.now),
        )
        tx.change(sa.delete(CallCode).where(own_or_expired))
        if tx.insert_missing(
            CallCode,
            user_id=user_id,
            id=code_id,
            session_id=session_id,
            counter=counter,
            digest=digest,
            created_at=tx.now,
            expires_at=expires_at,
        ):
            return GivenCode(code, expires_at)
    raise BUSY(retry_after=RETRY_AFTER_SECONDS)


def find_holder(
    tx: Transaction, keys: KeyRing, code: str, *, for_update: bool = False
) -> CodeHolder | None:
    """Whose valid code it is: not expired, and of a session that goes on. The code stays good.

    With `for_update` the session is held: who ends it does so after this transaction, and sees what that wrote.
    """
    query = (
        sa.select(CallCode, UserSession.created_at)
        .join(UserSession, UserSession.id == CallCode.session_id)
        .where(CallCode.digest == _digest(keys, code), CallCode.expires_at > tx.now, alive(tx.now))
    )
    if for_update:
        query = query.with_for_update(read=True, of=UserSession)
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    held, logged_in_at = row[0], row[1]
    # A row that somebody moved to another user or session in the database has another code than the one it finds.
    derived = derive_code(keys, held.id, held.user_id, held.session_id, held.counter)
    genuine = hmac.compare_digest(derived, code)
    return CodeHolder(held.user_id, held.session_id, logged_in_at) if genuine else None


def use_code(tx: Transaction, keys: KeyRing, code: str) -> bool:
    """Use a code up; of several calls with it one gets True."""
    return tx.change(sa.delete(CallCode).where(CallCode.digest == _digest(keys, code))) == 1


def derive_code(keys: KeyRing, code_id: str, user_id: str, session_id: str, counter: int) -> str:
    """The six digits of a code."""
    subject = f"{code_id}:{user_id}:{session_id}"
    key = hmac.digest(keys.derive("call-code"), subject.encode(), "sha256")
    secret = base64.b32encode(key[:20]).decode()  # 160 bits, as RFC 4226 recommends
    return pyotp.HOTP(secret, digits=CODE_LENGTH).at(counter)


def _digest(keys: KeyRing, code: str) -> str:
    return keys.fingerprint("call-code-digest", code)
