"""Try a failed payment again: a new attempt of the same payment."""

import sqlalchemy as sa

from app.auth.queries import require_active
from app.banking.reservations import require_active_card
from app.core.database import Transaction
from app.core.days import day_of
from app.core.idempotency import KeyInUse
from app.payments.authorising import authorise
from app.payments.errors import PAYMENT_NOT_RETRYABLE
from app.payments.failures import FAILURES
from app.payments.machine.asking import carry_out
from app.payments.machine.attempts import AppSeen, Begun, begin_attempt
from app.payments.models import Instruction
from app.payments.operations import PaymentDependencies
from app.payments.queries import own_instruction
from app.payments.rules import Kind, Status, sources_of


def retry_payment(
    deps: PaymentDependencies,
    user_id: str,
    payment_id: str,
    transaction_password: str | None,
    seen: AppSeen,
    key: KeyInUse | None,
) -> None:
    """Make a new attempt of a failed payment whose failure is retryable; of two at once only one begins.

    Raises NOT_FOUND for somebody else's, PAYMENT_NOT_RETRYABLE, and what `pay` raises.
    """
    with deps.database.snapshot() as tx:
        require_active(tx, user_id)
        payment = own_instruction(tx, user_id, Kind.PAYMENT, payment_id)
        _require_retryable(payment)
        if payment.bank_card_id is not None:
            require_active_card(tx, user_id, payment.bank_card_id)
    password_free = authorise(deps, user_id, payment.amount_minor, transaction_password)
    with deps.database.transaction() as tx:
        require_active(tx, user_id)
        begun = _begin(tx, deps, payment, seen, key, password_free=password_free)
    carry_out(deps, begun)


def _begin(
    tx: Transaction,
    deps: PaymentDependencies,
    judged: Instruction,
    seen: AppSeen,
    key: KeyInUse | None,
    *,
    password_free: bool,
) -> Begun:
    """Begin, unless the payment has been tried since it was judged retryable."""
    moved = tx.change(
        sa.update(Instruction)
        .where(
            Instruction.id == judged.id,
            Instruction.status.in_(sources_of(Status.PROCESSING)),
            Instruction.attempts_made == judged.attempts_made,
        )
        .values(
            status=Status.PROCESSING,
            failure_code=None,
            counted_on=day_of(tx.now, deps.timezone),
            password_free=password_free,
            updated_at=tx.now,
        )
    )
    if not moved:
        raise PAYMENT_NOT_RETRYABLE()
    if key is not None:
        key.claim(tx, judged.id)
    return begin_attempt(tx, deps, tx.get_one(Instruction, judged.id), seen)


def _require_retryable(payment: Instruction) -> None:
    if payment.status != Status.FAILED or not FAILURES[str(payment.failure_code)].retryable:
        raise PAYMENT_NOT_RETRYABLE()
