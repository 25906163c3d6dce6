"""Send a refund to the gateway, and again with the same reference until its answer is certain."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.edges.protocols import Refund as RefundRequest
from app.edges.results import REFUSALS, Answer, Outcome
from app.payments.failures import failure_code
from app.payments.machine.refunding import (
    SEND_REFUND,
    RefundEnding,
    announce_refund,
    end_refund,
)
from app.payments.models import Instruction, Refund
from app.payments.operations import PaymentDependencies
from app.payments.queries import open_refunds
from app.payments.rules import RefundCause, RefundStatus, inquiry_due, refund_sources_of

# Money that was taken too late must go back: where the gateway refuses, a person sees to it.
_AFTER_A_REFUSAL = {
    RefundCause.REQUESTED: RefundStatus.FAILED,
    RefundCause.LATE_SUCCESS: RefundStatus.MANUAL_REVIEW,
}


def send_refund(deps: PaymentDependencies, refund_id: str, *, on_schedule: bool = True) -> None:
    """Ask the gateway once, with no transaction open, and record what it says.

    Without a certain answer the refund is sent again on the schedule of the inquiries (contract, section 10), counted
    from when it was asked for; after the last time a person looks. What a person sends beside the schedule
    (`on_schedule` False) uses up none of it. One that has ended is left alone.
    """
    with deps.database.snapshot() as tx:
        refund = _open(tx, refund_id)
    if refund is None:
        return
    answer = deps.gateway.refund(
        RefundRequest(
            reference=refund.id,
            charge_reference=refund.attempt_id,
            amount_minor=refund.amount_minor,
        )
    )
    with deps.database.transaction() as tx:
        _conclude(tx, deps, refund_id, answer, on_schedule=on_schedule)


def send_open_refunds(deps: PaymentDependencies, instruction_id: str) -> None:
    """Send all refunds of a movement that have not ended, also those that people look at, beside the schedule."""
    with deps.database.snapshot() as tx:
        waiting = open_refunds(tx, instruction_id)
    for refund_id in waiting:
        send_refund(deps, refund_id, on_schedule=False)


def _open(tx: Transaction, refund_id: str) -> Refund | None:
    refund = tx.get(Refund, refund_id)
    can_end = refund is not None and refund.status in refund_sources_of(RefundStatus.SUCCEEDED)
    return refund if can_end else None


def _conclude(
    tx: Transaction,
    deps: PaymentDependencies,
    refund_id: str,
    answer: Answer,
    *,
    on_schedule: bool,
) -> None:
    refund = _open(tx, refund_id)
    if refund is None:
        return
    if answer.outcome is Outcome.SUCCEEDED:
        done = RefundEnding(RefundStatus.SUCCEEDED, gateway_reference=answer.external_id)
        end_refund(tx, deps, refund, done)
    elif answer.outcome is Outcome.FAILED and answer.problem in REFUSALS:
        end_refund(tx, deps, refund, _refused(tx, refund, answer))
    elif on_schedule:
        _send_again(tx, deps, refund)


def _refused(tx: Transaction, refund: Refund, answer: Answer) -> RefundEnding:
    status = _AFTER_A_REFUSAL[RefundCause(refund.cause)]
    instruction = tx.get_one(Instruction, refund.instruction_id)
    code = failure_code(answer.problem, concerns_card=instruction.bank_card_id is not None)
    return RefundEnding(status, code if status is RefundStatus.FAILED else None, answer.external_id)


def _send_again(tx: Transaction, deps: PaymentDependencies, refund: Refund) -> None:
    made = refund.sends_made + 1
    tx.change(sa.update(Refund).where(Refund.id == refund.id).values(sends_made=made))
    jobs.cancel(tx, SEND_REFUND, refund.id)
    due = inquiry_due(refund.created_at, made - 1)
    if due is None:
        end_refund(tx, deps, refund, RefundEnding(RefundStatus.MANUAL_REVIEW))
        return
    jobs.schedule(tx, SEND_REFUND, refund.id, due)
    if made == 1:
        instruction = tx.get_one(Instruction, refund.instruction_id)
        announce_refund(tx, deps, instruction, refund, RefundStatus.PROCESSING)
