"""Ask now whether a failed attempt took the money all the same, and give back what it took."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.edges.results import FindingState
from app.payments.machine.asking import edge_of
from app.payments.machine.concluding import conclude
from app.payments.models import Attempt, Instruction, Refund
from app.payments.operations import PaymentDependencies
from app.payments.operations.send_refund import send_refund
from app.payments.rules import RefundCause, RefundStatus, refund_sources_of


def look_for_late_success(deps: PaymentDependencies, attempt_id: str) -> None:
    """What a person asks beside the schedule about an attempt that has failed; it uses up none of its looks or sends.

    What the gateway took is booked and its refund sent, or sent again where people had to look at it. Nothing is asked
    where nothing was sent, or a refund has ended well.
    """
    with deps.database.snapshot() as tx:
        attempt = tx.get(Attempt, attempt_id)
        if attempt is None or attempt.outcome != "failed" or attempt.latency_ms is None:
            return
        instruction = tx.get_one(Instruction, attempt.instruction_id)
        noticed = attempt.late_success_at is not None
    if not noticed:
        finding = edge_of(deps, instruction).inquire(attempt_id)
        if finding.state is not FindingState.DONE:
            return
        with deps.database.transaction() as tx:
            conclude(tx, deps, attempt_id, finding)
    with deps.database.snapshot() as tx:
        refund_id = _open_refund(tx, attempt_id)
    if refund_id is not None:
        send_refund(deps, refund_id, on_schedule=False)


def _open_refund(tx: Transaction, attempt_id: str) -> str | None:
    query = sa.select(Refund.id).where(
        Refund.attempt_id == attempt_id,
        Refund.cause == RefundCause.LATE_SUCCESS,
        Refund.status.in_(refund_sources_of(RefundStatus.SUCCEEDED)),
    )
    return tx.scalars(query).one_or_none()
