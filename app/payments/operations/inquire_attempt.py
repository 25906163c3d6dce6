"""Find out what became of an attempt whose outcome is unknown (contract, section 4, the trustworthy rule)."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.edges.results import Finding, FindingState
from app.payments.machine.asking import edge_of
from app.payments.machine.settling import INQUIRE, Verdict, announce, code_of, settle
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import CALL_DEADLINE, Status, inquiry_due, sources_of

# What a finding decides; the others decide nothing yet.
_DECISIVE = {
    FindingState.DONE: Status.SUCCEEDED,
    FindingState.FAILED: Status.FAILED,
    FindingState.CANCELLED: Status.FAILED,
}
# An attempt that was killed before it heard anything has no code of its own.
_CODE_OF_A_CRASH = "read_timeout"
_NOT_ASKED = Finding(FindingState.UNKNOWN, None, None, None, 0)


def inquire_attempt(deps: PaymentDependencies, attempt_id: str) -> None:
    """Ask by our own reference and settle by what is found; ask again later, or hand over to a person.

    "Not found" leads to a cancel, and only a confirmed cancel ends the attempt as failed: until then the gateway may
    have taken the money. Nothing is asked while the call itself may still be waiting for its answer: that is the call's
    to record, and the next inquiry comes after its deadline.
    """
    with deps.database.snapshot() as tx:
        found = _open_attempt(tx, attempt_id)
        if found is None:
            return
        attempt, instruction = found
        in_flight = attempt.finished_at is None and tx.now < attempt.started_at + CALL_DEADLINE
    finding = _NOT_ASKED if in_flight else _find_out(deps, instruction, attempt_id)
    with deps.database.transaction() as tx:
        _conclude(tx, deps, attempt_id, finding)


def _find_out(deps: PaymentDependencies, instruction: Instruction, attempt_id: str) -> Finding:
    edge = edge_of(deps, instruction)
    finding = edge.inquire(attempt_id)
    return edge.cancel(attempt_id) if finding.state is FindingState.NONE else finding


def _open_attempt(tx: Transaction, attempt_id: str) -> tuple[Attempt, Instruction] | None:
    """The attempt and its instruction while they can still be settled, also by a person."""
    attempt = tx.get(Attempt, attempt_id)
    if attempt is None or attempt.outcome != "unknown":
        return None
    instruction = tx.get_one(Instruction, attempt.instruction_id)
    return (attempt, instruction) if instruction.status in sources_of(Status.SUCCEEDED) else None


def _conclude(
    tx: Transaction, deps: PaymentDependencies, attempt_id: str, finding: Finding
) -> None:
    found = _open_attempt(tx, attempt_id)
    if found is None:
        return
    attempt, instruction = found
    status = _DECISIVE.get(finding.state)
    if status is None:
        _ask_again(tx, deps, attempt, instruction)
        return
    code = attempt.failure_code or code_of(finding.problem, instruction) or _CODE_OF_A_CRASH
    failed = status is Status.FAILED
    settle(
        tx,
        deps,
        attempt,
        Verdict(
            status,
            failure_code=code if failed else None,
            gateway_reference=finding.external_id,
        ),
    )


def _ask_again(
    tx: Transaction, deps: PaymentDependencies, attempt: Attempt, instruction: Instruction
) -> None:
    made = attempt.inquiries_made + 1
    tx.change(sa.update(Attempt).where(Attempt.id == attempt.id).values(inquiries_made=made))
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
        announce(tx, deps, instruction, Status.MANUAL_REVIEW)
