"""What every door does around the slow comparison: wait, book the try, count the verdict.

How tries are counted is in `tries.py`; what is compared, and what a wrong one is answered, in `operations/`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from app.auth import tries
from app.auth.errors import LOGIN_LOCKED, TRANSACTION_PASSWORD_LOCKED
from app.auth.hashing import SlowHash
from app.auth.operations import AuthDependencies
from app.auth.rules import TRY_RULES, Door
from app.auth.tries import Booked, Closed, book_try
from app.core.database import Transaction
from app.core.errors import BUSY, RateLimit, Refusal

LONGEST_WAIT_SECONDS: Final = 5.0
LOOK_EVERY_SECONDS: Final = 0.05
RETRY_AFTER_SECONDS: Final = 1
Found = TypeVar("Found")


@contextmanager
def at_door(
    deps: AuthDependencies, door: Door, find: Callable[[Transaction], tuple[str, Found]]
) -> Iterator[tuple[SlowHash, Found, Booked]]:
    """A turn to hash, with a try that is booked and committed.

    `find` reads whose try it is (the subject) and what to compare with. While as many tries are being judged as may
    still be wrong, this waits for verdicts, holding neither a turn nor a connection. Raises LOGIN_LOCKED or
    TRANSACTION_PASSWORD_LOCKED where the door is closed, BUSY, and what `find` raises.
    """
    give_up_at = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        with deps.hasher.turn() as slow:
            with deps.database.transaction() as tx:
                subject, found = find(tx)
                booked = book_try(tx, door, subject)
            if isinstance(booked, Closed):
                raise _REFUSALS[door](booked.wait)
            if isinstance(booked, Booked):
                yield slow, found, booked
                return
        if time.monotonic() >= give_up_at:
            raise BUSY(retry_after=RETRY_AFTER_SECONDS)
        time.sleep(LOOK_EVERY_SECONDS)


def count_wrong(deps: AuthDependencies, booked: Booked) -> int:
    """Count a wrong try in a transaction of its own; returns `attempts_remaining`."""
    with deps.database.transaction() as tx:
        return tries.count_wrong(tx, booked)


def _login_locked(wait: int | None) -> Refusal:
    rules = TRY_RULES[Door.LOGIN]
    limit = RateLimit("login", rules.tries, int(rules.lock.total_seconds()))
    return LOGIN_LOCKED(retry_after=wait, limit=limit)


def _transaction_password_locked(wait: int | None) -> Refusal:
    if wait is not None:
        return TRANSACTION_PASSWORD_LOCKED(retry_after=wait, reset_required=False)
    # A null that is meant: waiting does not help (contract, section 4).
    only_a_reset_helps: dict[str, object] = {"retry_after": None, "reset_required": True}
    return Refusal(TRANSACTION_PASSWORD_LOCKED, extra=only_a_reset_helps)


_REFUSALS: Final[dict[Door, Callable[[int | None], Refusal]]] = {
    Door.LOGIN: _login_locked,
    Door.TRANSACTION_PASSWORD: _transaction_password_locked,
    Door.AGENT_LOGIN: _login_locked,
}
