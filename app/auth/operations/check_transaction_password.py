"""The one door for pay, transfer, top up, withdraw, bind, unbind and change (contract, section 4)."""

import sqlalchemy as sa

from app.auth.doors import at_door, count_wrong
from app.auth.errors import TRANSACTION_PASSWORD_INCORRECT, TRANSACTION_PASSWORD_NOT_SET
from app.auth.models import User
from app.auth.operations import AuthDependencies
from app.auth.queries import get_user
from app.auth.rules import Door
from app.auth.tries import count_right
from app.core.database import Transaction


def check_transaction_password(deps: AuthDependencies, user_id: str, given: str) -> None:
    """Let pass whoever knows the user's transaction password. Call it with no transaction open.

    The try is booked and committed before the comparison, under one counter for every door; a right one forgets the
    wrong ones before it, and its hash is renewed where today's parameters are other ones. Raises
    TRANSACTION_PASSWORD_NOT_SET; TRANSACTION_PASSWORD_LOCKED with `retry_after` in seconds, or null and
    `reset_required` after three locks in 24 h; TRANSACTION_PASSWORD_INCORRECT with `attempts_remaining`; BUSY.
    """

    def find(tx: Transaction) -> tuple[str, str]:
        stored = get_user(tx, user_id).transaction_password_hash
        if stored is None:
            raise TRANSACTION_PASSWORD_NOT_SET()
        return user_id, stored

    with at_door(deps, Door.TRANSACTION_PASSWORD, find) as (slow, stored, booked):
        verdict = slow.verify(given, stored)
    if not verdict.right:
        raise TRANSACTION_PASSWORD_INCORRECT(attempts_remaining=count_wrong(deps, booked))
    with deps.database.transaction() as tx:
        count_right(tx, booked)
        if verdict.better_hash is not None:
            unchanged = (User.id == user_id, User.transaction_password_hash == stored)
            better = {"transaction_password_hash": verdict.better_hash}
            tx.change(sa.update(User).where(*unchanged).values(better))
