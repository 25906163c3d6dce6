"""Look again at an attempt that was cancelled: some gateways take the money all the same."""

from app.edges.results import FindingState
from app.payments.machine.asking import edge_of
from app.payments.machine.concluding import conclude, watch_next
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies


def watch_attempt(
    deps: PaymentDependencies, attempt_id: str, looks_taken: int, asked_in_vain: int
) -> None:
    """Inquire about a cancelled attempt; money that was taken is booked and refunded, else look again later.

    Looks follow at once, then 1 min, 10 min, 1 h and 24 h after each other; after that only a callback or the
    reconciliation would tell. One that learnt nothing doesn't count and is made up for.
    """
    with deps.database.snapshot() as tx:
        attempt = tx.get(Attempt, attempt_id)
        if attempt is None or attempt.late_success_at is not None:
            return
        instruction = tx.get_one(Instruction, attempt.instruction_id)
    finding = edge_of(deps, instruction).inquire(attempt_id)
    with deps.database.transaction() as tx:
        if finding.state is FindingState.DONE:
            conclude(tx, deps, attempt_id, finding)
        elif finding.state is FindingState.UNKNOWN:
            watch_next(tx, attempt_id, looks_taken, asked_in_vain + 1)
        else:
            watch_next(tx, attempt_id, looks_taken + 1)
