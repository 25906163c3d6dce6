"""What the doors read of the wallet: what is in flight, and which attempts a reference means."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.banking.models import DepositAttempt
from app.banking.rules import AttemptStatus
from app.core.database import Transaction
from app.payments.models import Attempt, Instruction
from app.payments.rules import Kind


@dataclass(frozen=True, slots=True)
class InFlight:
    """References that may be on their way to the gateway and to the bank at this moment."""

    gateway: list[str]
    bank: list[str]


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


def _open_deposits() -> sa.Select[str]:
    return sa.select(DepositAttempt.id).where(DepositAttempt.status == AttemptStatus.SENDING)
