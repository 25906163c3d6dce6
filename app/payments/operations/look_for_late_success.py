"""Ask now whether a failed attempt took the money all the same, and book what it took."""

from app.edges.results import FindingState
from app.payments.machine.asking import edge_of
from app.payments.machine.concluding import conclude
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import AttemptOutcome


def look_for_late_success(deps: PaymentDependencies, attempt_id: str) -> None:
    """What a person asks beside the schedule about an attempt that has failed; it uses up none of its looks.

    What the gateway took is booked with its refund, which is still to be sent. Nothing is asked where nothing was sent,
    or that was noticed before.
    """
    with deps.database.snapshot() as tx:
        attempt = tx.get(Attempt, attempt_id)
        if attempt is None or attempt.outcome != AttemptOutcome.FAILED or attempt.was_refused_here:
            return
        if attempt.late_success_at is not None:
            return
        instruction = tx.get_one(Instruction, attempt.instruction_id)
    finding = edge_of(deps, instruction).inquire(attempt_id)
    if finding.state is FindingState.DONE:
        with deps.database.transaction() as tx:
            conclude(tx, deps, attempt_id, finding)
