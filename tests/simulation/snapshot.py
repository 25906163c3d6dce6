"""Our books at one moment, read as plain rows. What they must say is in `oracle.py`."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.banking.models import BankCard, CardReservation
from app.core.database import Transaction
from app.core.jobs import Job
from app.ledger.models import Hold
from app.payments.machine.refunding import SEND_REFUND
from app.payments.machine.settling import INQUIRE
from app.payments.models import Attempt, DailyTotal, Instruction, Refund, Transfer

OPEN = ("processing", "manual_review")
Row = sa.Row[Any]
Day = tuple[str, str, str]  # user, day, direction

# Plain rows, and statements made once: the oracle looks at everything after each errand.
_INSTRUCTIONS = sa.select(Instruction.__table__)
_ATTEMPTS = sa.select(Attempt.id, Attempt.instruction_id, Attempt.number, Attempt.outcome).order_by(
    Attempt.number
)
_TRANSFERS = sa.select(Transfer.__table__)
_HELD = sa.select(Hold.reference_id, Hold.amount_minor).where(Hold.status == "held")
_RESERVED = sa.select(CardReservation.movement_id, CardReservation.card_id)
_CARDS = sa.select(BankCard.id, BankCard.movements_open)
_TOTALS = sa.select(DailyTotal.__table__)
_REFUNDS = sa.select(Refund.__table__)
_SENDS = sa.select(Job.subject_id).where(Job.kind == SEND_REFUND)
_INQUIRIES = sa.select(Job.subject_id).where(Job.kind == INQUIRE)


@dataclass
class Snapshot:
    """Our books at one moment."""

    instructions: dict[str, Row]
    attempts: dict[str, list[Row]]
    transfers: dict[str, Row]
    held: dict[str, int]
    reserved: dict[str, str]
    open_on_card: dict[str, int]
    refunds: dict[str, Row]
    totals: dict[Day, Row]
    inquiries: set[str]
    sends: set[str]

    @property
    def open(self) -> list[Row]:
        """What is not decided yet."""
        return [it for it in self.instructions.values() if it.status in OPEN]

    @property
    def open_refunds(self) -> list[Row]:
        """Refunds that are not decided yet."""
        return [it for it in self.refunds.values() if it.status in OPEN]

    def current(self, instruction: Row) -> Row:
        """The last attempt."""
        return self.attempts[instruction.id][-1]


def read_books(tx: Transaction) -> Snapshot:
    """Everything that the oracle looks at, of one moment."""
    attempts: dict[str, list[Row]] = defaultdict(list)
    for attempt in tx.execute(_ATTEMPTS):
        attempts[attempt.instruction_id].append(attempt)
    return Snapshot(
        instructions={it.id: it for it in tx.execute(_INSTRUCTIONS)},
        attempts=attempts,
        transfers={it.id: it for it in tx.execute(_TRANSFERS)},
        held={it.reference_id: it.amount_minor for it in tx.execute(_HELD)},
        reserved={it.movement_id: it.card_id for it in tx.execute(_RESERVED)},
        open_on_card={it.id: it.movements_open for it in tx.execute(_CARDS)},
        totals={(it.user_id, it.day, it.direction): it for it in tx.execute(_TOTALS)},
        refunds={it.id: it for it in tx.execute(_REFUNDS)},
        inquiries=set(tx.scalars(_INQUIRIES)),
        sends=set(tx.scalars(_SENDS)),
    )
