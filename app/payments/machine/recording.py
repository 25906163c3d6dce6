"""Writing down what the outside answered to an attempt that was sent."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.edges.results import Answer, Outcome
from app.payments.machine.late_success import note_late_success
from app.payments.machine.settling import Verdict, announce, code_of, settle
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import AttemptOutcome, Status


def record_answer(
    tx: Transaction, deps: PaymentDependencies, attempt_id: str, answer: Answer
) -> None:
    """Write down what the outside answered; a definite answer settles, an unknown one only informs.

    Where an inquiry or a callback was faster, the outcome stays as it is: only how the exchange went is added, and a
    success that comes after a failure is one that was taken late. An attempt that is gone (the sandbox was reset) is
    left alone.
    """
    attempt = tx.get(Attempt, attempt_id)
    if attempt is None:
        return
    instruction = tx.get_one(Instruction, attempt.instruction_id)
    code = code_of(answer.problem, instruction)
    if answer.outcome is Outcome.UNKNOWN:
        if _note_unknown(tx, attempt_id, answer, code):
            announce(tx, deps, instruction, Status.PROCESSING, code)
        else:
            _add_exchange(tx, attempt_id, answer)
        return
    succeeded = answer.outcome is Outcome.SUCCEEDED
    verdict = Verdict(
        status=Status.SUCCEEDED if succeeded else Status.FAILED,
        failure_code=code,
        gateway_reference=answer.external_id,
        http_status=answer.http_status,
        latency_ms=answer.latency_ms,
    )
    if settle(tx, deps, attempt, verdict):
        return
    _add_exchange(tx, attempt_id, answer)
    if succeeded:
        note_late_success(tx, deps, attempt, answer.external_id)


def _note_unknown(tx: Transaction, attempt_id: str, answer: Answer, code: str | None) -> bool:
    noted = tx.change(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.outcome == AttemptOutcome.UNKNOWN)
        .values(
            failure_code=code,
            finished_at=tx.now,
            http_status=answer.http_status,
            latency_ms=answer.latency_ms,
        )
    )
    return noted == 1


def _add_exchange(tx: Transaction, attempt_id: str, answer: Answer) -> None:
    """How the exchange went, of an attempt that somebody else settled while it ran."""
    tx.change(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(
            http_status=sa.func.coalesce(Attempt.http_status, answer.http_status),
            latency_ms=sa.func.coalesce(Attempt.latency_ms, answer.latency_ms),
        )
    )
