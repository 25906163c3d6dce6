"""What the doors read of the wallet: the half of the books that is compared with the world's, and what is in flight."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.banking.models import DepositAttempt
from app.banking.rules import AttemptStatus
from app.core.database import Transaction
from app.ledger.models import Hold, LedgerTransaction, Posting
from app.ledger.rules import HoldStatus, Movement
from app.payments.models import Attempt, Instruction
from app.payments.reconciliation import Booked
from app.payments.rules import Kind, Status

OPEN_STATES = (Status.PROCESSING, Status.MANUAL_REVIEW)
GATEWAY_MOVEMENTS = (Movement.PAYMENT, Movement.TOP_UP, Movement.REFUND)
BANK_MOVEMENTS = (Movement.WITHDRAWAL, Movement.MICRO_DEPOSIT, Movement.CLAW_BACK)
_GIVES_BACK = frozenset({Movement.REFUND})


@dataclass(frozen=True, slots=True)
class OurBook:
    """What we say that gateway and bank did, and the references whose outcome isn't known yet; of one moment."""

    gateway: list[Booked]
    bank: list[Booked]
    open_references: frozenset[str]


@dataclass(frozen=True, slots=True)
class InFlight:
    """References that may be on their way to the gateway and to the bank at this moment."""

    gateway: list[str]
    bank: list[str]


def our_book(tx: Transaction) -> OurBook:
    """Our side of the comparison, from the caller's snapshot."""
    return OurBook(_booked(tx, GATEWAY_MOVEMENTS), _booked(tx, BANK_MOVEMENTS), _open(tx))


def holds_without_payment(tx: Transaction) -> list[str]:
    """Attempts for which money is held though nothing about them is open."""
    query = sa.select(Hold.reference_id).where(
        Hold.status == HoldStatus.HELD, Hold.reference_id.not_in(_open_attempts())
    )
    return list(tx.scalars(query.order_by(Hold.id)))


def in_flight(tx: Transaction) -> InFlight:
    """What was begun and has not come back."""
    query = (
        sa.select(Attempt.id, Instruction.kind)
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(Attempt.finished_at.is_(None))
    )
    attempts = tx.execute(query).all()
    at_bank = [row.id for row in attempts if row.kind == Kind.WITHDRAWAL]
    at_gateway = [row.id for row in attempts if row.kind != Kind.WITHDRAWAL]
    return InFlight(at_gateway, [*at_bank, *tx.scalars(_open_deposits())])


def attempts_of(tx: Transaction, reference: str) -> list[str]:
    """The attempts of a payment or top-up, last one first; of anything else the reference itself."""
    query = sa.select(Attempt.id).where(Attempt.instruction_id == reference)
    return list(tx.scalars(query.order_by(Attempt.number.desc()))) or [reference]


def _booked(tx: Transaction, movements: tuple[Movement, ...]) -> list[Booked]:
    """What moved under each external reference: the positive half of the postings, since they sum to zero."""
    moved = sa.func.sum(Posting.amount_minor).filter(Posting.amount_minor > 0)
    query = (
        sa.select(LedgerTransaction.external_reference, LedgerTransaction.movement, moved)
        .join(Posting, Posting.transaction_id == LedgerTransaction.id)
        .where(
            LedgerTransaction.movement.in_(movements),
            LedgerTransaction.external_reference.is_not(None),
        )
        .group_by(
            LedgerTransaction.id, LedgerTransaction.external_reference, LedgerTransaction.movement
        )
    )
    return [
        Booked(str(reference), -int(amount) if movement in _GIVES_BACK else int(amount))
        for reference, movement, amount in tx.execute(query)
    ]


def _open(tx: Transaction) -> frozenset[str]:
    return frozenset([*tx.scalars(_open_attempts()), *tx.scalars(_open_deposits())])


def _open_attempts() -> sa.Select[str]:
    return (
        sa.select(Attempt.id)
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(Attempt.outcome == "unknown", Instruction.status.in_(OPEN_STATES))
    )


def _open_deposits() -> sa.Select[str]:
    return sa.select(DepositAttempt.id).where(DepositAttempt.status == AttemptStatus.SENDING)
