"""The one door for pay, transfer, top up, withdraw, bind, unbind and change (contract, section 4)."""

from app.auth.errors import (
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_LOCKED,
    TRANSACTION_PASSWORD_NOT_SET,
)
from app.auth.operations import AuthDependencies
from app.auth.queries import get_user
from app.auth.rules import Door, seconds_until
from app.auth.tries import Booked, Closed, book_try, give_back
from app.core.errors import Refusal


def check_transaction_password(deps: AuthDependencies, user_id: str, given: str) -> None:
    """Let pass whoever knows the user's transaction password. Call it with no transaction open.

    The try is counted and committed before the comparison, under one counter for every door; a right one gives the
    tries back. Raises TRANSACTION_PASSWORD_NOT_SET; TRANSACTION_PASSWORD_LOCKED with `retry_after` in seconds, or
    null and `reset_required` after three locks in 24 h; TRANSACTION_PASSWORD_INCORRECT with `attempts_remaining`.
    """
    with deps.hasher.turn() as slow:
        stored, booked = _book(deps, user_id)
        right = slow.verify(given, stored).right
    if not right:
        raise TRANSACTION_PASSWORD_INCORRECT(attempts_remaining=booked.remaining)
    with deps.database.transaction() as tx:
        give_back(tx, booked)


def _book(deps: AuthDependencies, user_id: str) -> tuple[str, Booked]:
    with deps.database.transaction() as tx:
        stored = get_user(tx, user_id).transaction_password_hash
        if stored is None:
            raise TRANSACTION_PASSWORD_NOT_SET()
        booked = book_try(tx, Door.TRANSACTION_PASSWORD, user_id)
        if isinstance(booked, Closed):
            wait = None if booked.until is None else seconds_until(booked.until, tx.now)
            raise _locked(wait)
    return stored, booked


def _locked(wait: int | None) -> Refusal:
    if wait is not None:
        return TRANSACTION_PASSWORD_LOCKED(retry_after=wait, reset_required=False)
    # A null that is meant: waiting does not help (contract, section 4).
    only_a_reset_helps: dict[str, object] = {"retry_after": None, "reset_required": True}
    return Refusal(TRANSACTION_PASSWORD_LOCKED, extra=only_a_reset_helps)
