"""Our half of the reconciliation: what we say that gateway and bank did, and what may have happened beyond it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.banking.models import BankCard, DepositAttempt
from app.banking.rules import AttemptStatus
from app.core.database import Transaction
from app.core.jobs import Job
from app.ledger.models import Hold, LedgerTransaction, Posting
from app.ledger.rules import HoldStatus, Movement
from app.payments.machine.concluding import WATCH
from app.payments.models import Attempt, Instruction, Refund
from app.payments.reconciliation import Booked
from app.payments.rules import OPEN_STATES, AttemptOutcome, Kind, RefundStatus

OPEN_REFUNDS = (RefundStatus.PROCESSING, RefundStatus.MANUAL_REVIEW)
_GIVES_BACK = frozenset({Movement.REFUND, Movement.REVERSAL})
_OF_DEPOSITS = frozenset({Movement.MICRO_DEPOSIT, Movement.CLAW_BACK})


@dataclass(frozen=True, slots=True)
class OurBook:
    """What we say that gateway and bank did, of one moment.

    `open_changes` are the amounts in minor units that may have moved under a reference without our knowing: of an
    attempt that is open or watched, of a refund that is on its way (negative), of a micro-deposit.
    """

    gateway: Sequence[Booked]
    bank: Sequence[Booked]
    open_changes: Mapping[str, Sequence[int]]


def our_book(tx: Transaction) -> OurBook:
    """Our side of the comparison, from the caller's snapshot."""
    gateway, bank = _booked(tx)
    return OurBook(gateway, bank, _open_changes(tx))


def holds_without_payment(tx: Transaction) -> list[str]:
    """Attempts for which money is held though nothing about them is open."""
    held_and_open = _open_attempts().with_only_columns(Attempt.id)
    query = sa.select(Hold.reference_id).where(
        Hold.status == HoldStatus.HELD, Hold.reference_id.not_in(held_and_open)
    )
    return list(tx.scalars(query.order_by(Hold.id)))


def _booked(tx: Transaction) -> tuple[list[Booked], list[Booked]]:
    """What moved under each external reference: the positive half of the postings, since they sum to zero."""
    moved = sa.func.sum(Posting.amount_minor).filter(Posting.amount_minor > 0)
    entry = LedgerTransaction
    query = (
        sa.select(entry.external_reference, entry.movement, Instruction.kind, moved)
        .join(Posting, Posting.transaction_id == entry.id)
        .outerjoin(Attempt, Attempt.id == entry.external_reference)
        .outerjoin(Instruction, Instruction.id == Attempt.instruction_id)
        .where(entry.external_reference.is_not(None))
        .group_by(entry.id, entry.external_reference, entry.movement, Instruction.kind)
    )
    gateway: list[Booked] = []
    bank: list[Booked] = []
    for reference, movement, kind, amount in tx.execute(query):
        at_bank = kind == Kind.WITHDRAWAL or movement in _OF_DEPOSITS
        sign = -1 if movement in _GIVES_BACK else 1
        (bank if at_bank else gateway).append(Booked(str(reference), sign * int(amount)))
    return gateway, bank


def _open_changes(tx: Transaction) -> Mapping[str, Sequence[int]]:
    changes: defaultdict[str, list[int]] = defaultdict(list)
    for query in (_open_attempts(), _watched_attempts(), _open_refunds(), _open_deposits()):
        for reference, amount in tx.execute(query):
            changes[reference].append(int(amount))
    return changes


def _open_attempts() -> sa.Select[str, int]:
    return (
        sa.select(Attempt.id, Instruction.amount_minor)
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(Attempt.outcome == AttemptOutcome.UNKNOWN, Instruction.status.in_(OPEN_STATES))
    )


def _watched_attempts() -> sa.Select[str, int]:
    """Cancelled, but a gateway may take the money all the same; see operations/watch_attempt.py."""
    return (
        sa.select(Attempt.id, Instruction.amount_minor)
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .join(Job, sa.and_(Job.subject_id == Attempt.id, Job.kind == WATCH))
        .where(Attempt.late_success_at.is_(None))
    )


def _open_refunds() -> sa.Select[str, int]:
    return sa.select(Refund.attempt_id, -Refund.amount_minor).where(Refund.status.in_(OPEN_REFUNDS))


def _open_deposits() -> sa.Select[str, int]:
    return (
        sa.select(DepositAttempt.id, sa.func.coalesce(BankCard.deposit_minor, 0))
        .join(BankCard, BankCard.id == DepositAttempt.card_id)
        .where(DepositAttempt.status == AttemptStatus.SENDING)
    )
