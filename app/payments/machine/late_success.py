"""Money that was taken although the attempt had failed: noticed once, booked, and given back by itself."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.ledger.postings import Entry, post
from app.ledger.rules import Movement
from app.payments.machine.plans import plan_of
from app.payments.machine.refunding import record_refund
from app.payments.machine.settling import announce
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import AttemptOutcome, RefundCause, Status

LATE_SUCCESS = "late_success"
"""The last part of the event's type, such as `payment.late_success`."""


def note_late_success(
    tx: Transaction, deps: PaymentDependencies, attempt: Attempt, gateway_reference: str | None
) -> bool:
    """Book what a failed attempt took after all, under the other side's own id.

    False where that was noticed before, or it hasn't failed.

    The instruction stays failed, or goes on with its retry. What the gateway took is refunded; what the bank paid out
    can't be asked back from it, so it stays in suspense, where the trial balance shows it to people.
    """
    noticed = tx.change(
        sa.update(Attempt)
        .where(
            Attempt.id == attempt.id,
            Attempt.outcome == AttemptOutcome.FAILED,
            Attempt.late_success_at.is_(None),
        )
        .values(
            late_success_at=tx.now,
            gateway_reference=sa.func.coalesce(
                sa.literal(gateway_reference, sa.Text()), Attempt.gateway_reference
            ),
        )
    )
    if noticed == 0:
        return False
    instruction = tx.get_one(Instruction, attempt.instruction_id)
    plan = plan_of(instruction)
    entry = Entry(
        movement=Movement.LATE_SUCCESS,
        reference_type=instruction.kind,
        reference_id=instruction.id,
        lines=plan.late_lines(instruction),
        description="taken after a confirmed cancel",
        external_reference=attempt.id,
        currency=instruction.currency,
    )
    post(tx, entry)
    if not plan.at_bank:
        amount = instruction.amount_minor
        record_refund(tx, attempt, instruction, amount, RefundCause.LATE_SUCCESS)
    status = Status(instruction.status)
    announce(tx, deps, instruction, status, instruction.failure_code, happened=LATE_SUCCESS)
    return True
