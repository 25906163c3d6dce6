"""Confirm a verification code (contract, sections 3 and 10)."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from app.auth.challenges import code_binding, count_guess, guessing_subject, uncount_guess
from app.auth.codes import CodeBinding, verification_code
from app.auth.errors import CODE_INCORRECT, TOO_MANY_ATTEMPTS, VERIFICATION_EXPIRED
from app.auth.models import Challenge
from app.auth.operations import AuthDependencies
from app.auth.rules import CODE_TRIES, RESEND_AFTER, TOKEN_LIFETIME
from app.core.database import Transaction
from app.core.days import day_of, seconds_until
from app.core.errors import RateLimit, existing
from app.core.security import new_token, token_digest


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The proof that whoever asked read the code; good for one use of its purpose."""

    verification_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Guess:
    """A guess that was counted and may now be judged."""

    binding: CodeBinding
    generation: int
    genuine: bool
    subject: str
    day: str
    remaining: int


def confirm_code(deps: AuthDependencies, challenge_id: str, code: str) -> Confirmed:
    """Exchange the newest code for a token. The guess is counted and committed before it is judged.

    Raises NOT_FOUND; VERIFICATION_EXPIRED for a challenge that is expired, used or replaced; TOO_MANY_ATTEMPTS after
    five wrong ones; RATE_LIMITED after 25 of a day over all challenges of an account; CODE_INCORRECT with
    `attempts_remaining`.
    """
    with deps.database.transaction() as tx:
        guess = _count(deps, tx, challenge_id)
    expected = verification_code(deps.keys, guess.binding, guess.generation)
    if not (hmac.compare_digest(expected, code) and guess.genuine):
        raise CODE_INCORRECT(attempts_remaining=guess.remaining)
    with deps.database.transaction() as tx:
        return _give_token(tx, guess)


def _count(deps: AuthDependencies, tx: Transaction, challenge_id: str) -> _Guess:
    challenge = existing(tx.get(Challenge, challenge_id))
    subject, binding = guessing_subject(deps.keys, challenge), code_binding(challenge)
    counting = (
        sa.update(Challenge)
        .where(*_open(challenge_id, tx.now), Challenge.tries < CODE_TRIES)
        .values(tries=Challenge.tries + 1)
        .returning(Challenge.tries, Challenge.generation)
    )
    row = tx.execute(counting).one_or_none()
    if row is None:
        raise _closed(tx, challenge)
    left_today = count_guess(tx, subject, deps.timezone)
    return _Guess(
        binding=binding,
        generation=row.generation,
        genuine=challenge.genuine,
        subject=subject,
        day=day_of(tx.now, deps.timezone),
        remaining=min(CODE_TRIES - row.tries, left_today),
    )


def _closed(tx: Transaction, challenge: Challenge) -> Exception:
    tx.refresh(challenge)
    used = challenge.closed_at is not None or challenge.token_digest is not None
    if used or challenge.expires_at <= tx.now:
        return VERIFICATION_EXPIRED()
    # Waiting gives no new tries, but then a new code can be asked for.
    wait = seconds_until(challenge.sent_at + RESEND_AFTER, tx.now)
    limit = RateLimit("verification_tries", CODE_TRIES, int(RESEND_AFTER.total_seconds()))
    return TOO_MANY_ATTEMPTS(retry_after=wait, limit=limit)


def _give_token(tx: Transaction, guess: _Guess) -> Confirmed:
    confirmed = Confirmed(new_token("vt"), tx.now + TOKEN_LIFETIME)
    confirming = sa.update(Challenge).where(
        Challenge.id == guess.binding.challenge_id,
        Challenge.generation == guess.generation,
        Challenge.closed_at.is_(None),
        Challenge.token_digest.is_(None),
    )
    digest = token_digest(confirmed.verification_token)
    if (
        tx.change(confirming.values(token_digest=digest, token_expires_at=confirmed.expires_at))
        == 0
    ):
        raise VERIFICATION_EXPIRED()
    uncount_guess(tx, guess.subject, guess.day)
    return confirmed


def _open(challenge_id: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Challenge.id == challenge_id,
        Challenge.closed_at.is_(None),
        Challenge.token_digest.is_(None),
        Challenge.expires_at > now,
    )
