"""Prove the login password once more while signed in; counted with logins (contract, section 3)."""

from app.auth.errors import LOGIN_LOCKED, PASSWORD_INCORRECT
from app.auth.operations import AuthDependencies
from app.auth.queries import get_user
from app.auth.rules import TRY_RULES, Door, seconds_until
from app.auth.tries import Booked, Closed, book_try, give_back
from app.core.database import Transaction
from app.core.errors import RateLimit


def check_password(deps: AuthDependencies, user_id: str, given: str) -> str:
    """Let pass whoever knows the password, and return the hash that it was right for.

    Call it with no transaction open. Raises LOGIN_LOCKED with `retry_after`, PASSWORD_INCORRECT with
    `attempts_remaining`.
    """
    with deps.hasher.turn() as slow:
        with deps.database.transaction() as tx:
            stored = get_user(tx, user_id).password_hash
            booked = book_login(tx, user_id)
        right = slow.verify(given, stored).right
    if not right:
        raise PASSWORD_INCORRECT(attempts_remaining=booked.remaining)
    with deps.database.transaction() as tx:
        give_back(tx, booked)
    return stored


def book_login(tx: Transaction, subject: str) -> Booked:
    """Count one try at signing in. Raises LOGIN_LOCKED with `retry_after` in seconds."""
    booked = book_try(tx, Door.LOGIN, subject)
    if isinstance(booked, Booked):
        return booked
    rules = TRY_RULES[Door.LOGIN]
    limit = RateLimit("login", rules.tries, int(rules.lock.total_seconds()))
    raise LOGIN_LOCKED(retry_after=_wait(booked, tx), limit=limit)


def _wait(closed: Closed, tx: Transaction) -> int:
    return seconds_until(closed.until or tx.now, tx.now)
