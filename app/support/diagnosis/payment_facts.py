"""The payment that is meant, as facts: its attempts, what the books hold for it, what the gateway did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.banking.models import BankCard
from app.core.database import Transaction
from app.core.locale import Text
from app.edges.results import Finding, FindingState
from app.ledger.models import Hold, LedgerTransaction, Posting
from app.ledger.rules import HoldStatus, Movement
from app.payments.models import Attempt, Instruction
from app.payments.queries import InstructionRecord
from app.payments.rules import INQUIRY_SCHEDULE, AttemptOutcome, Kind, Status, inquiry_due
from app.support.diagnosis.facts import AttemptFact, ChargeFact, LedgerFact, PaymentFact, TwinFact
from app.support.diagnosis.money import ChargeState, LedgerState

TWIN_WITHIN: Final = timedelta(minutes=10)
"""Same payee, same amount, so close together: one of the two may be a mistake (support.md)."""
_SOON: Final = timedelta(minutes=1)
_BY_A_PERSON: Final = timedelta(hours=24)
"""How long a case may take that the schedule of inquiries left to people."""

_CHARGE_OF_FINDING: Final = {
    FindingState.DONE: ChargeState.CAPTURED,
    FindingState.FAILED: ChargeState.FAILED,
    FindingState.CANCELLED: ChargeState.FAILED,
    FindingState.NONE: ChargeState.NONE,
    FindingState.UNKNOWN: ChargeState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What the gateway said of an attempt when it was asked for this diagnosis."""

    attempt_id: str
    finding: Finding
    asked_at: datetime
    in_flight: bool


def payment_fact(
    tx: Transaction, record: InstructionRecord, inquiry: Inquiry | None
) -> PaymentFact:
    """All that is known of a payment; `inquiry` counts only while the attempt asked about is still open."""
    payment = record.instruction
    merchant = record.merchant
    return PaymentFact(
        id=payment.id,
        status=payment.status,
        source=payment.source,
        created_at=payment.created_at,
        merchant_name=Text(merchant.name_zh, merchant.name_en) if merchant else Text("", ""),
        attempts=[_attempt_fact(attempt) for attempt in record.attempts],
        ledger=_ledger_fact(tx, payment, record.attempts),
        charge=_charge_fact(record.attempts, inquiry),
        card_last4=_card_last4(tx, payment),
        twin=_twin(tx, payment),
        next_news_at=_next_news(record.attempts[-1], tx.now),
        final_news_at=_final_news(payment, record.attempts[-1], tx.now),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """How long a payment took: `whole` from its first attempt to its outcome, `last` the exchange that counts."""

    whole: tuple[datetime, datetime]
    last: tuple[datetime, datetime]


def span_of(record: InstructionRecord, now: datetime) -> Span:
    """While the outcome is not known it takes until now; what failed took until that was found out."""
    payment, first, last = record.instruction, record.attempts[0], record.attempts[-1]
    answered = last.finished_at or now
    over = {
        AttemptOutcome.UNKNOWN.value: now,
        AttemptOutcome.FAILED.value: max(payment.updated_at, answered),
    }.get(last.outcome, answered)
    return Span((first.started_at, over), (last.started_at, answered))


def _attempt_fact(attempt: Attempt) -> AttemptFact:
    return AttemptFact(
        id=attempt.id,
        started_at=attempt.started_at,
        outcome=attempt.outcome,
        code=attempt.failure_code,
        gateway_reference=attempt.gateway_reference,
        sent=not attempt.was_refused_here,
        app_version=attempt.app_version,
        network_type=attempt.network_type,
    )


def _charge_fact(attempts: Sequence[Attempt], inquiry: Inquiry | None) -> ChargeFact:
    """A settled attempt tells itself what the gateway did; an open one only an inquiry."""
    last = attempts[-1]
    taken = next(
        (it for it in attempts if it.outcome == AttemptOutcome.SUCCEEDED or it.late_success_at),
        None,
    )
    if taken is not None:
        return ChargeFact(ChargeState.CAPTURED, taken.gateway_reference)
    if last.outcome == AttemptOutcome.FAILED:
        asked = last.gateway_reference is not None
        return ChargeFact(ChargeState.FAILED if asked else ChargeState.NONE, last.gateway_reference)
    if inquiry is None or inquiry.attempt_id != last.id:
        return ChargeFact(ChargeState.UNKNOWN)
    state = _CHARGE_OF_FINDING[inquiry.finding.state]
    if state is ChargeState.NONE and inquiry.in_flight:
        state = ChargeState.UNKNOWN  # the request may still be on its way
    return ChargeFact(state, inquiry.finding.external_id, inquiry.asked_at)


def _ledger_fact(tx: Transaction, payment: Instruction, attempts: Sequence[Attempt]) -> LedgerFact:
    entries = tx.scalars(
        sa.select(LedgerTransaction)
        .where(
            LedgerTransaction.reference_type == payment.kind,
            LedgerTransaction.reference_id == payment.id,
        )
        .order_by(LedgerTransaction.created_at, LedgerTransaction.id)
    ).all()
    paid = next((entry for entry in entries if entry.movement == Movement.PAYMENT), None)
    refunds = [entry for entry in entries if entry.movement == Movement.REFUND]
    if paid is not None:
        if refunds and _moved(tx, refunds) >= payment.amount_minor:
            given_back = refunds[-1]
            return LedgerFact(
                LedgerState.REVERSED, None, paid.id, given_back.id, given_back.created_at
            )
        return LedgerFact(LedgerState.POSTED, transaction_id=paid.id, at=paid.created_at)
    late = _given_back_late(entries)
    if late is not None:
        return late
    hold = tx.scalar(
        sa.select(Hold).where(
            Hold.reference_id.in_([attempt.id for attempt in attempts]),
            Hold.status == HoldStatus.HELD,
        )
    )
    if hold is not None:
        return LedgerFact(LedgerState.HELD, hold_id=hold.id, at=hold.created_at)
    return LedgerFact(LedgerState.NONE)


def _given_back_late(entries: Sequence[LedgerTransaction]) -> LedgerFact | None:
    """Money that was taken after the payment had failed, once it has gone back."""
    undone = {entry.reverses_id: entry for entry in entries if entry.reverses_id}
    taken = [entry for entry in entries if entry.movement == Movement.LATE_SUCCESS]
    if not taken or any(entry.id not in undone for entry in taken):
        return None
    given_back = undone[taken[-1].id]
    return LedgerFact(
        LedgerState.REVERSED, None, taken[-1].id, given_back.id, given_back.created_at
    )


def _moved(tx: Transaction, entries: Sequence[LedgerTransaction]) -> int:
    """The sum that these entries moved, each counted once."""
    moved = tx.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Posting.amount_minor), 0)).where(
            Posting.transaction_id.in_([entry.id for entry in entries]), Posting.amount_minor > 0
        )
    )
    return int(moved or 0)


def _twin(tx: Transaction, payment: Instruction) -> TwinFact | None:
    """Another payment of the same to the same within ten minutes that went through, else one that still may.

    Two orders of the merchant's are no twins, and what was refunded whole is none any more.
    """
    twins = tx.scalars(
        sa.select(Instruction)
        .where(
            Instruction.user_id == payment.user_id,
            Instruction.kind == Kind.PAYMENT,
            Instruction.status != Status.FAILED,
            Instruction.refunded_minor < Instruction.amount_minor,
            Instruction.id != payment.id,
            Instruction.merchant_id == payment.merchant_id,
            Instruction.amount_minor == payment.amount_minor,
            Instruction.created_at.between(
                payment.created_at - TWIN_WITHIN, payment.created_at + TWIN_WITHIN
            ),
        )
        .order_by(Instruction.created_at)
    )
    found = [
        TwinFact(it.id, it.created_at, paid=it.status == Status.SUCCEEDED)
        for it in twins
        if not _different_orders(it, payment)
    ]
    return min(found, key=lambda it: (not it.paid, it.created_at), default=None)


def _different_orders(one: Instruction, other: Instruction) -> bool:
    orders = {one.merchant_order_no, other.merchant_order_no}
    return len(orders) == 2 and None not in orders


def _card_last4(tx: Transaction, payment: Instruction) -> str | None:
    if payment.bank_card_id is None:
        return None
    return tx.scalar(sa.select(BankCard.last4).where(BankCard.id == payment.bank_card_id))


def _next_news(attempt: Attempt, now: datetime) -> datetime:
    """When the next inquiry will be over; a person's time where none is left."""
    due = inquiry_due(attempt.started_at, attempt.inquiries_made)
    return now + _BY_A_PERSON if due is None else max(due, now) + _SOON


def _final_news(payment: Instruction, attempt: Attempt, now: datetime) -> datetime:
    """By when the last inquiry is made, or a person has looked."""
    last = attempt.started_at + INQUIRY_SCHEDULE[-1]
    return last if payment.status == Status.PROCESSING and last > now else now + _BY_A_PERSON
