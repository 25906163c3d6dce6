"""Ask the gateway or the bank now what became of a payment, top-up or withdrawal, and settle what it says."""

from app.core.database import Transaction
from app.core.errors import existing
from app.payments.models import Instruction
from app.payments.operations.inquire_attempt import inquire_attempt
from app.payments.operations.look_for_late_success import look_for_late_success
from app.payments.operations.send_refund import send_open_refunds
from app.payments.queries import InstructionRecord, read_instruction
from app.payments.rules import AttemptOutcome, Kind
from app.support.dependencies import SupportDependencies
from app.support.looks import Look, Looker, record_look


def inquire_payment(
    deps: SupportDependencies, who: Looker, kind: Kind, movement_id: str
) -> InstructionRecord:
    """The movement as it stands after the other side was asked by our own reference.

    What is learnt settles it, also under manual review; "not found" leads to a cancel, as with every inquiry. Of one
    that failed it is asked whether the money was taken all the same (`mismatch`): that is booked and given back. Its
    refunds that have not ended are sent again, by the same reference. Where nothing is learnt it stays as it is, and so
    do the schedules. The trail has the look before anybody is asked. Raises NOT_FOUND.
    """
    with deps.database.snapshot() as tx:
        before = read_movement(tx, kind, movement_id)
    movement, last = before.instruction, before.attempts[-1]
    detail = {"status": movement.status, "attempt_id": last.id}
    look = Look(f"inquire_{kind}", movement.user_id, (kind.value, "attempts"), movement_id, detail)
    record_look(deps, who, look)
    if last.outcome == AttemptOutcome.UNKNOWN:
        inquire_attempt(deps.payments, last.id, on_schedule=False)
    for attempt in before.attempts:
        if attempt.outcome == AttemptOutcome.FAILED:
            look_for_late_success(deps.payments, attempt.id)
    send_open_refunds(deps.payments, movement_id)
    with deps.database.snapshot() as tx:
        return read_movement(tx, kind, movement_id)


def read_movement(tx: Transaction, kind: Kind, movement_id: str) -> InstructionRecord:
    """A payment, top-up or withdrawal of whoever it is, for an agent. Raises NOT_FOUND."""
    movement = existing(tx.get(Instruction, movement_id))
    return read_instruction(tx, movement.user_id, kind, movement_id)
