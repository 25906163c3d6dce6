"""Verification challenges and their tokens inside a transaction. Who may do what, the operations decide."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.auth.codes import CodeBinding
from app.auth.errors import VERIFICATION_TOKEN_INVALID
from app.auth.identifiers import Identifier, parse_identifier
from app.auth.models import Challenge, DailyGuesses
from app.auth.rules import FOR_NEW_IDENTIFIERS, GUESSES_A_DAY, Purpose
from app.core.database import Transaction
from app.core.days import day_bounds, day_of, seconds_until
from app.core.errors import RATE_LIMITED, RateLimit
from app.core.security import KeyRing, token_digest


def count_guess(tx: Transaction, subject: str, timezone: ZoneInfo) -> int:
    """Count one guess of today by an account, known or not, and return how many are left. Raises RATE_LIMITED."""
    used: int | None = tx.scalar(
        tx.insertion(DailyGuesses, subject=subject, day=day_of(tx.now, timezone), used=1)
        .on_conflict_do_update(
            index_elements=[DailyGuesses.subject, DailyGuesses.day],
            set_={"used": DailyGuesses.used + 1},
            where=DailyGuesses.used < GUESSES_A_DAY,
        )
        .returning(DailyGuesses.used)
    )
    if used is None:
        _, tomorrow = day_bounds(tx.now, timezone)
        limit = RateLimit("verification_guesses_day", GUESSES_A_DAY, 86_400)
        raise RATE_LIMITED(retry_after=seconds_until(tomorrow, tx.now), limit=limit)
    return GUESSES_A_DAY - used


def uncount_guess(tx: Transaction, subject: str, day: str) -> None:
    """The guess was right, so it is none of the wrong ones."""
    tx.change(
        sa.update(DailyGuesses)
        .where(DailyGuesses.subject == subject, DailyGuesses.day == day, DailyGuesses.used > 0)
        .values(used=DailyGuesses.used - 1)
    )


def guessing_subject(keys: KeyRing, challenge: Challenge) -> str:
    """Whose guesses are counted: the account's, or a stand-in where there is none.

    Codes for new identifiers are counted apart from an account's, whether it exists or not, or the sum of
    both would tell which.
    """
    kind = "new" if Purpose(challenge.purpose) in FOR_NEW_IDENTIFIERS else "unknown"
    if challenge.user_id is not None and kind == "unknown":
        return challenge.user_id
    return f"{kind}:{keys.fingerprint('unknown-account', challenge.destination_key)}"


def code_binding(challenge: Challenge) -> CodeBinding:
    """What the challenge's code is derived from, besides the secret key."""
    return CodeBinding(challenge.id, challenge.purpose, challenge.destination_key)


def find_token(tx: Transaction, token: str, purpose: Purpose) -> Challenge:
    """The confirmed challenge behind a token, which stays good. Raises VERIFICATION_TOKEN_INVALID."""
    challenge = tx.scalar(sa.select(Challenge).where(*_good_token(token, purpose, tx.now)))
    if challenge is None:
        raise VERIFICATION_TOKEN_INVALID()
    return challenge


def use_token(tx: Transaction, token: str, purpose: Purpose) -> None:
    """Use the token up; of several calls with it one gets through. Raises VERIFICATION_TOKEN_INVALID."""
    using = sa.update(Challenge).where(*_good_token(token, purpose, tx.now))
    if tx.change(using.values(closed_at=tx.now)) == 0:
        raise VERIFICATION_TOKEN_INVALID()


def verified_identifier(challenge: Challenge) -> Identifier:
    """The identifier that the user has shown to hold."""
    return parse_identifier(challenge.destination)


def void_challenges(tx: Transaction, user_id: str, purposes: Iterable[Purpose]) -> None:
    """Make a user's open codes and unused tokens worthless, once what they were for has changed."""
    tx.change(
        sa.update(Challenge)
        .where(
            Challenge.user_id == user_id,
            Challenge.purpose.in_(tuple(purposes)),
            Challenge.closed_at.is_(None),
        )
        .values(closed_at=tx.now)
    )


def _good_token(token: str, purpose: Purpose, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Challenge.token_digest == token_digest(token),
        Challenge.purpose == purpose,
        Challenge.closed_at.is_(None),
        Challenge.token_expires_at > now,
    )
