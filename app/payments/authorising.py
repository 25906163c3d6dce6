"""Whether a movement needs the transaction password, and checking it through the one door (contract, section 4)."""

from app.auth.errors import TRANSACTION_PASSWORD_NOT_SET, TRANSACTION_PASSWORD_REQUIRED
from app.auth.operations.check_transaction_password import check_transaction_password
from app.auth.queries import get_user, has_transaction_password
from app.payments.operations import PaymentDependencies
from app.payments.rules import password_needed


def authorise(
    deps: PaymentDependencies, user_id: str, amount_minor: int, transaction_password: str | None
) -> bool:
    """Let an amount pass; True where it passes without the password and counts towards that day's sum.

    Raises TRANSACTION_PASSWORD_NOT_SET for small amounts too, _REQUIRED above the user's own limit, and what a wrong
    or locked password raises. A password that is given is always checked.
    """
    if transaction_password is not None:
        check_transaction_password(deps.auth, user_id, transaction_password)
        return False
    with deps.database.snapshot() as tx:
        if not has_transaction_password(tx, user_id):
            raise TRANSACTION_PASSWORD_NOT_SET()
        limit = get_user(tx, user_id).password_free_limit_minor
    if password_needed(amount_minor, limit):
        raise TRANSACTION_PASSWORD_REQUIRED()
    return True
