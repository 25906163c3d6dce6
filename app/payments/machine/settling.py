"""Ending an attempt, once: the money moves or is given back in the transaction that records the outcome.

The guard is the transition table: whoever comes second (a callback, an inquiry, the call itself) changes nothing.
"""

from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from app.banking.reservations import release_card
from app.core import jobs
from app.core.database import Transaction
from app.core.events import Event
from app.core.tables import Moment
from app.edges.results import Problem
from app.ledger.holds import capture, release
from app.ledger.postings import Entry, post
from app.ledger.queries import wallet_of
from app.payments.failures import failure_code
from app.payments.machine.limits import give_back
from app.payments.machine.plans import Plan, plan_of
from app.payments.machine.telling import tell_outcome, was_left_open
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import AttemptOutcome, Status, sources_of

Known = TypeVar("Known", int, str)

INQUIRE = "inquire_attempt"
"""The job that asks again what became of an attempt."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an attempt ended, and what the exchange that told so looked like."""

    status: Status
    failure_code: str | None = None
    gateway_reference: str | None = None
    http_status: int | None = None
    latency_ms: int | None = None

    @staticmethod
    def failed(code: str) -> "Verdict":
        """A failure that was decided here, without the outside."""
        return Verdict(Status.FAILED, failure_code=code)


def code_of(problem: Problem | None, instruction: Instruction) -> str | None:
    """What an edge reported, as the failure code to record for this instruction."""
    if problem is None:
        return None
    return failure_code(problem, concerns_card=instruction.bank_card_id is not None)


def settle(tx: Transaction, deps: PaymentDependencies, attempt: Attempt, verdict: Verdict) -> bool:
    """End the current attempt of an instruction; False where it ended before, and nothing was changed.

    The user is told where the call itself could not say how it ended.
    """
    instruction = tx.get_one(Instruction, attempt.instruction_id)
    if not _move(tx, instruction, attempt, verdict):
        return False
    if was_left_open(tx, attempt.id):
        tell_outcome(tx, instruction, verdict.status)
    # Card, limits, wallet: the order in which an attempt begins, so that the two never deadlock.
    _finish(tx, deps, instruction, attempt, verdict, counted=True)
    plan = plan_of(instruction)
    if verdict.status is Status.SUCCEEDED:
        _move_money(tx, plan, instruction, attempt)
    elif plan.holds:
        release(tx, attempt.id)
    return True


def refuse(
    tx: Transaction,
    deps: PaymentDependencies,
    instruction: Instruction,
    attempt: Attempt,
    verdict: Verdict,
    *,
    counted: bool,
) -> None:
    """End an attempt that was never sent: nothing is held yet; `counted` tells whether the limit was charged."""
    _move(tx, instruction, attempt, verdict)
    _finish(tx, deps, instruction, attempt, verdict, counted=counted)


def _move(tx: Transaction, instruction: Instruction, attempt: Attempt, verdict: Verdict) -> bool:
    tx.flush()
    moved = tx.change(
        sa.update(Instruction)
        .where(
            Instruction.id == instruction.id,
            Instruction.status.in_(sources_of(verdict.status)),
            Instruction.attempts_made == attempt.number,
        )
        .values(status=verdict.status, failure_code=verdict.failure_code, updated_at=tx.now)
    )
    return moved == 1


def _move_money(tx: Transaction, plan: Plan, instruction: Instruction, attempt: Attempt) -> None:
    wallet = wallet_of(tx, instruction.user_id)
    entry = Entry(
        movement=plan.movement,
        reference_type=instruction.kind,
        reference_id=instruction.id,
        lines=plan.lines(instruction, wallet.id),
        description=instruction.description or "",
        external_reference=attempt.id,
        currency=instruction.currency,
    )
    if plan.holds:
        capture(tx, attempt.id, entry)
    else:
        post(tx, entry)


def _finish(
    tx: Transaction,
    deps: PaymentDependencies,
    instruction: Instruction,
    attempt: Attempt,
    verdict: Verdict,
    *,
    counted: bool,
) -> None:
    """What every end brings along: the attempt's record, limits, card, inquiry job, event."""
    failed = verdict.status is Status.FAILED
    tx.change(
        sa.update(Attempt)
        .where(Attempt.id == attempt.id)
        .values(
            outcome=AttemptOutcome.FAILED if failed else AttemptOutcome.SUCCEEDED,
            failure_code=verdict.failure_code,
            finished_at=sa.func.coalesce(Attempt.finished_at, sa.literal(tx.now, Moment())),
            gateway_reference=_first_known(verdict.gateway_reference, attempt.gateway_reference),
            http_status=_first_known(verdict.http_status, attempt.http_status),
            latency_ms=_first_known(verdict.latency_ms, attempt.latency_ms),
        )
    )
    if instruction.bank_card_id is not None:
        release_card(tx, instruction.id)
    if failed and counted:
        give_back(
            tx,
            instruction.user_id,
            instruction.counted_on,
            plan_of(instruction).direction,
            instruction.amount_minor,
            password_free=instruction.password_free,
        )
    jobs.cancel(tx, INQUIRE, attempt.id)
    announce(tx, deps, instruction, verdict.status, verdict.failure_code)


def _first_known(told: Known | None, recorded: Known | None) -> Known | None:
    """What the verdict tells, else what stands there; 0 ms is something told."""
    return recorded if told is None else told


def announce(
    tx: Transaction,
    deps: PaymentDependencies,
    instruction: Instruction,
    status: Status,
    code: str | None = None,
    *,
    happened: str | None = None,
) -> None:
    """Tell listeners that an instruction is now in `status`, or what else `happened` to it, in this transaction."""
    data = {
        "id": instruction.id,
        "status": status.value,
        "amount": instruction.amount_minor,
        "currency": instruction.currency,
        "failure_code": code,
    }
    kind = f"{instruction.kind}.{happened or status.value}"
    deps.events.announce(tx, Event(kind, instruction.id, instruction.user_id, data))
