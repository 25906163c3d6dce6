"""Prove the login password once more while signed in; counted with logins (contract, section 3)."""

from app.auth.doors import at_door, count_wrong
from app.auth.errors import PASSWORD_INCORRECT
from app.auth.operations import AuthDependencies
from app.auth.queries import get_user
from app.auth.rules import Door
from app.auth.tries import count_right
from app.core.database import Transaction


def check_password(deps: AuthDependencies, user_id: str, given: str) -> str:
    """Let pass whoever knows the password, and return the hash that it was right for.

    Call it with no transaction open. Raises LOGIN_LOCKED with `retry_after`, PASSWORD_INCORRECT with
    `attempts_remaining`, BUSY.
    """

    def find(tx: Transaction) -> tuple[str, str]:
        return user_id, get_user(tx, user_id).password_hash

    with at_door(deps, Door.LOGIN, find) as (slow, stored, booked):
        right = slow.verify(given, stored).right
    if not right:
        raise PASSWORD_INCORRECT(attempts_remaining=count_wrong(deps, booked))
    with deps.database.transaction() as tx:
        count_right(tx, booked)
    return stored
