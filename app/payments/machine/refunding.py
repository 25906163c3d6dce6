"""Refunds: recording them within what was paid, and ending them once, with the money, in one transaction.

A refund is safe to send again: the gateway knows it by its reference. So no answer and no connection mean the same
here: it stays `processing` and is sent again on the schedule of the inquiries; only a refusal ends it.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.core.events import Event
from app.core.ids import new_id
from app.ledger.models import LedgerTransaction
from app.ledger.postings import Entry, post
from app.ledger.queries import wallet_of
from app.ledger.reversals import reverse
from app.ledger.rules import Line, Movement
from app.payments.errors import REFUND_EXCEEDS_PAYMENT
from app.payments.machine.plans import plan_of
from app.payments.models import Attempt, Instruction, Refund
from app.payments.operations import PaymentDependencies
from app.payments.rules import (
    CALL_DEADLINE,
    AttemptOutcome,
    RefundCause,
    RefundStatus,
    refund_sources_of,
)

SEND_REFUND = "send_refund"
"""The job that sends a refund, again with the same reference."""


@dataclass(frozen=True, slots=True)
class RefundEnding:
    """How a refund ended, or that a person must look at it."""

    status: RefundStatus
    failure_code: str | None = None
    gateway_reference: str | None = None


def reserve_refund(tx: Transaction, instruction: Instruction, amount_minor: int) -> bool:
    """Count an amount as asked back; False where less than that is left, or the payment didn't succeed."""
    reserved = tx.change(
        sa.update(Instruction)
        .where(
            Instruction.id == instruction.id,
            Instruction.status == "succeeded",
            Instruction.refunded_minor + amount_minor <= Instruction.amount_minor,
        )
        .values(refunded_minor=Instruction.refunded_minor + amount_minor, updated_at=tx.now)
    )
    return reserved == 1


def ask_back(tx: Transaction, payment: Instruction, amount_minor: int) -> Refund:
    """Record a refund that somebody asked for, within what is left; whoever commits sends it (`send_refund`).

    Raises REFUND_EXCEEDS_PAYMENT, also for a payment that hasn't succeeded.
    """
    if not reserve_refund(tx, payment, amount_minor):
        raise REFUND_EXCEEDS_PAYMENT()
    paid = sa.select(Attempt).where(
        Attempt.instruction_id == payment.id, Attempt.outcome == AttemptOutcome.SUCCEEDED
    )
    return record_refund(tx, tx.scalars(paid).one(), payment, amount_minor, RefundCause.REQUESTED)


def lines_of_refund(tx: Transaction, instruction: Instruction, amount_minor: int) -> list[Line]:
    """The postings of giving so much of it back."""
    wallet = wallet_of(tx, instruction.user_id)
    return plan_of(instruction).refund_lines(instruction, wallet.id, amount_minor)


def record_refund(
    tx: Transaction,
    attempt: Attempt,
    instruction: Instruction,
    amount_minor: int,
    cause: RefundCause,
) -> Refund:
    """Write a refund of an attempt's charge down as `processing`, and have it sent even if we die now."""
    refund = Refund(
        id=new_id("ref"),
        instruction_id=instruction.id,
        attempt_id=attempt.id,
        user_id=instruction.user_id,
        amount_minor=amount_minor,
        currency=instruction.currency,
        cause=cause,
        status=RefundStatus.PROCESSING,
        sends_made=0,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.add(refund)
    tx.flush()
    # Who asked for a refund sends it at once and waits; nobody waits for one of a late success.
    wait = CALL_DEADLINE if cause is RefundCause.REQUESTED else CALL_DEADLINE * 0
    jobs.schedule(tx, SEND_REFUND, refund.id, tx.now + wait)
    return refund


def end_refund(
    tx: Transaction, deps: PaymentDependencies, refund: Refund, ending: RefundEnding
) -> bool:
    """End a refund; False where it had ended before, and nothing was changed."""
    moved = tx.change(
        sa.update(Refund)
        .where(Refund.id == refund.id, Refund.status.in_(refund_sources_of(ending.status)))
        .values(
            status=ending.status,
            failure_code=ending.failure_code,
            gateway_reference=ending.gateway_reference,
            updated_at=tx.now,
        )
    )
    if moved == 0:
        return False
    instruction = tx.get_one(Instruction, refund.instruction_id)
    if ending.status is RefundStatus.SUCCEEDED:
        _give_back(tx, instruction, refund)
    elif ending.status is RefundStatus.FAILED and refund.cause == RefundCause.REQUESTED:
        _free(tx, instruction, refund)
    jobs.cancel(tx, SEND_REFUND, refund.id)
    announce_refund(tx, deps, instruction, refund, ending.status, ending.failure_code)
    return True


def announce_refund(
    tx: Transaction,
    deps: PaymentDependencies,
    instruction: Instruction,
    refund: Refund,
    status: RefundStatus,
    code: str | None = None,
) -> None:
    """Tell listeners that a refund is now in `status`, in this transaction."""
    data = {
        "id": refund.id,
        f"{instruction.kind}_id": instruction.id,
        "status": status.value,
        "amount": refund.amount_minor,
        "currency": refund.currency,
        "cause": refund.cause,
        "failure_code": code,
    }
    deps.events.announce(tx, Event(f"refund.{status.value}", refund.id, instruction.user_id, data))


def _give_back(tx: Transaction, instruction: Instruction, refund: Refund) -> None:
    if refund.cause == RefundCause.LATE_SUCCESS:
        reverse(tx, _late_booking(tx, refund), "late success refunded")
        return
    entry = Entry(
        movement=Movement.REFUND,
        reference_type=instruction.kind,
        reference_id=instruction.id,
        lines=lines_of_refund(tx, instruction, refund.amount_minor),
        description=instruction.description or "",
        external_reference=refund.attempt_id,
        currency=refund.currency,
    )
    post(tx, entry)


def _late_booking(tx: Transaction, refund: Refund) -> str:
    booked = sa.select(LedgerTransaction.id).where(
        LedgerTransaction.reference_id == refund.instruction_id,
        LedgerTransaction.external_reference == refund.attempt_id,
        LedgerTransaction.movement == Movement.LATE_SUCCESS,
    )
    return tx.scalars(booked).one()


def _free(tx: Transaction, instruction: Instruction, refund: Refund) -> None:
    """A refused refund may be asked for again."""
    tx.change(
        sa.update(Instruction)
        .where(Instruction.id == instruction.id)
        .values(refunded_minor=Instruction.refunded_minor - refund.amount_minor, updated_at=tx.now)
    )
