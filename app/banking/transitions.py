"""A card's way from status to status: one guarded update, and everything that follows from it.

What follows is the same whoever moved the card: the deposit goes back, the reminder to expire goes away, listeners
and the user are told. Works in the caller's transaction.
"""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from app.banking.issuers import card_name
from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.rules import CardStatus, DepositStatus, JobKind, previous_statuses
from app.core import jobs
from app.core.database import Transaction
from app.core.events import Event
from app.core.locale import Text


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a card's new status is announced as, and the notice that its user gets.

    A card is bound once it is active (contract, section 8); that somebody added it is told at once.
    """

    event: str
    template: str


ARRIVALS: Final = {
    CardStatus.PENDING_VERIFICATION: Arrival("bank_card.added", "bank_card_bound"),
    CardStatus.ACTIVE: Arrival("bank_card.bound", "bank_card_active"),
    CardStatus.UNBOUND: Arrival("bank_card.unbound", "bank_card_unbound"),
    CardStatus.VERIFICATION_FAILED: Arrival(
        "bank_card.verification_failed", "bank_card_verification_failed"
    ),
    CardStatus.EXPIRED: Arrival("bank_card.verification_expired", "bank_card_verification_failed"),
}

MADE_DEFAULT: Final = "bank_card_made_default"


def move_card(
    deps: BankingDependencies,
    tx: Transaction,
    card_id: str,
    target: CardStatus,
    *guards: sa.ColumnElement[bool],
    **values: Any,
) -> BankCard | None:
    """Move a card to `target` if its status and the `guards` allow it, else change nothing and return None.

    Raises IntegrityError where the number became active elsewhere.
    """
    card = tx.scalars(
        sa.update(BankCard)
        .where(BankCard.id == card_id, BankCard.status.in_(previous_statuses(target)), *guards)
        .values(status=target, **values)
        .returning(BankCard),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if card is None:
        return None
    jobs.cancel(tx, JobKind.EXPIRE, card.id)
    if card.deposit_status == DepositStatus.SENT:
        jobs.schedule(tx, JobKind.CLAW_BACK, card.id, tx.now)
    announce_card(deps, tx, card)
    return card


def announce_card(deps: BankingDependencies, tx: Transaction, card: BankCard) -> None:
    """Tell listeners and the user that the card has the status that it has."""
    arrival = ARRIVALS[CardStatus(card.status)]
    data = {"id": card.id, "status": card.status, "last4": card.last4, "bank_code": card.bank_code}
    deps.events.announce(tx, Event(arrival.event, card.id, card.user_id, data))
    _tell(deps, tx, card, arrival.template)


def tell_of_default(deps: BankingDependencies, tx: Transaction, card: BankCard) -> None:
    """Tell the user that the card is the default from now on."""
    _tell(deps, tx, card, MADE_DEFAULT)


def _tell(deps: BankingDependencies, tx: Transaction, card: BankCard, template: str) -> None:
    values: dict[str, str | Text] = {
        "card": card_name(card.bank_code, card.card_type),
        "last4": card.last4,
    }
    deps.tell(tx, card.user_id, template, values)
