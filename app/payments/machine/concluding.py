"""What is found out about an attempt afterwards, by an inquiry, a cancel or a callback, and what follows from it."""

from app.core import jobs
from app.core.database import Transaction
from app.edges.results import Finding, FindingState
from app.payments.machine.late_success import note_late_success
from app.payments.machine.settling import Verdict, code_of, settle
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import AttemptOutcome, Status, sources_of, watch_pause

WATCH = "watch_attempt"
"""The job that looks whether a cancelled attempt took the money all the same."""

# What a finding decides; the others decide nothing yet.
_DECISIVE = {
    FindingState.DONE: Status.SUCCEEDED,
    FindingState.FAILED: Status.FAILED,
    FindingState.CANCELLED: Status.FAILED,
}
# An attempt that was killed before it heard anything has no code of its own.
_CODE_OF_A_CRASH = "read_timeout"


def find_open_attempt(
    tx: Transaction, attempt_id: str, *, for_update: bool = False
) -> tuple[Attempt, Instruction] | None:
    """The attempt and its instruction while they can still be settled, also by a person.

    With `for_update` both are locked, the instruction first, as whoever settles does: what the call itself writes down
    at the same moment is seen, and nobody waits for each other.
    """
    attempt = tx.get(Attempt, attempt_id)
    if attempt is None:
        return None
    if for_update:
        for table, row_id in ((Instruction, attempt.instruction_id), (Attempt, attempt_id)):
            tx.get_one(table, row_id, with_for_update={"key_share": True}, populate_existing=True)
    instruction = tx.get_one(Instruction, attempt.instruction_id)
    is_open = attempt.outcome == AttemptOutcome.UNKNOWN and instruction.status in sources_of(
        Status.SUCCEEDED
    )
    return (attempt, instruction) if is_open else None


def conclude(tx: Transaction, deps: PaymentDependencies, attempt_id: str, finding: Finding) -> bool:
    """Settle an open attempt by what was found, notice a late success; False where the finding decides nothing.

    A failure keeps the code of its attempt where that has one (contract, section 4). After a cancel the attempt is
    watched, since some gateways take the money all the same.
    """
    status = _DECISIVE.get(finding.state)
    if status is None:
        return False
    found = find_open_attempt(tx, attempt_id, for_update=True)
    if found is None:
        attempt = tx.get(Attempt, attempt_id)
        if attempt is not None and finding.state is FindingState.DONE:
            note_late_success(tx, deps, attempt, finding.external_id)
        return True
    attempt, instruction = found
    code = attempt.failure_code or code_of(finding.problem, instruction) or _CODE_OF_A_CRASH
    cancelled = finding.state is FindingState.CANCELLED
    verdict = Verdict(
        status,
        failure_code=code if status is Status.FAILED else None,
        # What a cancel is called is no id of a charge.
        gateway_reference=None if cancelled else finding.external_id,
    )
    if not settle(tx, deps, attempt, verdict):
        if status is Status.SUCCEEDED:  # somebody was faster and called it failed
            note_late_success(tx, deps, attempt, finding.external_id)
    elif cancelled:
        watch_next(tx, attempt_id, looks_taken=0)
    return True


def watch_next(tx: Transaction, attempt_id: str, looks_taken: int, asked_in_vain: int = 0) -> None:
    """Schedule the next look at a cancelled attempt, unless the last one was taken."""
    jobs.cancel(tx, WATCH, attempt_id)  # a look that runs twice must not leave two behind
    pause = watch_pause(looks_taken, asked_in_vain)
    if pause is not None:
        taken = {"looks_taken": looks_taken, "asked_in_vain": asked_in_vain}
        jobs.schedule(tx, WATCH, attempt_id, tx.now + pause, taken)
