"""From the rules' codes to the refusals of the API: every violation at once, at its place (contract, section 3)."""

from collections.abc import Iterable, Sequence

from app.auth.errors import PASSWORD_REJECTED, TRANSACTION_PASSWORD_REJECTED
from app.auth.operations import AuthDependencies
from app.auth.passwords import (
    PasswordPolicy,
    PasswordViolation,
    TransactionPasswordViolation,
    password_violations,
    transaction_password_violations,
)
from app.core.errors import ErrorCode, field_problem

CONFIRMATION_SUFFIX = "_confirmation"


def require_good_password(
    policy: PasswordPolicy,
    password: str,
    *,
    field: str,
    confirmation: str | None = None,
    identifiers: Sequence[str] = (),
    same_as_current: bool = False,
) -> None:
    """Raises PASSWORD_REJECTED with every violation; `field` is the name that the request gives it."""
    found = password_violations(
        password,
        confirmation=confirmation,
        identifiers=identifiers,
        same_as_current=same_as_current,
        policy=policy,
    )
    _refuse(PASSWORD_REJECTED, field, found, PasswordViolation.CONFIRMATION_MISMATCH)


def hash_of_new_password(
    deps: AuthDependencies,
    password: str,
    confirmation: str,
    *,
    identifiers: Sequence[str],
    current_hash: str | None,
) -> str:
    """The hash of a password that is to replace the one behind `current_hash`. Raises PASSWORD_REJECTED, BUSY."""
    with deps.hasher.turn() as slow:
        require_good_password(
            deps.policy,
            password,
            field="new_password",
            confirmation=confirmation,
            identifiers=identifiers,
            same_as_current=slow.verify(password, current_hash).right,
        )
        return slow.hash(password)


def require_good_transaction_password(
    password: str,
    *,
    confirmation: str | None = None,
    identifiers: Sequence[str] = (),
) -> None:
    """Raises TRANSACTION_PASSWORD_REJECTED with every violation."""
    found = transaction_password_violations(
        password, confirmation=confirmation, identifiers=identifiers
    )
    mismatch = TransactionPasswordViolation.CONFIRMATION_MISMATCH
    _refuse(TRANSACTION_PASSWORD_REJECTED, "transaction_password", found, mismatch)


def _refuse(error: ErrorCode, field: str, found: Iterable[str], mismatch: str) -> None:
    places = {mismatch: f"/{field}{CONFIRMATION_SUFFIX}"}
    problems = [field_problem(places.get(code, f"/{field}"), str(code)) for code in found]
    if problems:
        raise error(errors=problems)
