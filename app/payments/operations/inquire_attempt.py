"""Find out what became of an attempt whose outcome is unknown (contract, section 4, the trustworthy rule)."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.edges.results import Finding, FindingState
from app.payments.machine.asking import edge_of
from app.payments.machine.concluding import conclude, find_open_attempt
from app.payments.machine.settling import INQUIRE, announce
from app.payments.machine.telling import tell_outcome
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import Status, inquiry_due

_NOT_ASKED = Finding(FindingState.UNKNOWN, None, None, None, 0)


def inquire_attempt(
    deps: PaymentDependencies, attempt_id: str, *, on_schedule: bool = True
) -> None:
    """Ask by our own reference and settle by what is found; ask again later, or hand over to a person.

    "Not found" leads to a cancel, and only a confirmed cancel ends the attempt as failed: until then the gateway may
    have taken the money. Nothing is asked while the call itself may still be waiting for its answer: that is the call's
    to record, and the next inquiry comes after its deadline. What a person asks beside the schedule
    (`on_schedule` False) uses up none of its inquiries.
    """
    with deps.database.snapshot() as tx:
        found = find_open_attempt(tx, attempt_id)
        if found is None:
            return
        attempt, instruction = found
        in_flight = attempt.may_be_in_flight(tx.now)
    finding = _NOT_ASKED if in_flight else _find_out(deps, instruction, attempt_id)
    with deps.database.transaction() as tx:
        found = find_open_attempt(tx, attempt_id, for_update=True)
        if found is None or conclude(tx, deps, attempt_id, finding):
            return
        if on_schedule:
            _ask_again(tx, deps, *found)


def _find_out(deps: PaymentDependencies, instruction: Instruction, attempt_id: str) -> Finding:
    edge = edge_of(deps, instruction)
    finding = edge.inquire(attempt_id)
    return edge.cancel(attempt_id) if finding.state is FindingState.NONE else finding


def _ask_again(
    tx: Transaction, deps: PaymentDependencies, attempt: Attempt, instruction: Instruction
) -> None:
    made = attempt.inquiries_made + 1
    tx.change(sa.update(Attempt).where(Attempt.id == attempt.id).values(inquiries_made=made))
    jobs.cancel(tx, INQUIRE, attempt.id)  # one that runs twice must not leave two behind
    due = inquiry_due(attempt.started_at, made)
    if due is not None:
        jobs.schedule(tx, INQUIRE, attempt.id, due)
        return
    moved = tx.change(
        sa.update(Instruction)
        .where(Instruction.id == instruction.id, Instruction.status == Status.PROCESSING)
        .values(status=Status.MANUAL_REVIEW, updated_at=tx.now)
    )
    if moved:
        tell_outcome(tx, instruction, Status.MANUAL_REVIEW)
        announce(tx, deps, instruction, Status.MANUAL_REVIEW)
