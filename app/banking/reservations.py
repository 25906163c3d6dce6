"""Keeps a card from being unbound while money moves through it. What payments imports from here.

Reserving and unbinding are both guarded updates of the card's own row, so that exactly one of the two wins, on
PostgreSQL (the second one waits, then sees the first one's change) as on SQLite (one writer).
"""

from dataclasses import dataclass, field

import sqlalchemy as sa

from app.banking.errors import BANK_CARD_NOT_ACTIVE
from app.banking.models import BankCard, CardReservation
from app.banking.rules import CardStatus
from app.core.database import Transaction
from app.core.errors import existing


@dataclass(frozen=True, slots=True)
class CardForMoney:
    """What a movement needs of an active card. The bank's token stays sealed until the bank is asked:
    `CardVault.token_of` opens it.
    """

    id: str
    user_id: str
    bank_code: str
    last4: str
    sealed_token: str = field(repr=False)


def reserve_card(tx: Transaction, user_id: str, card_id: str, movement_id: str) -> CardForMoney:
    """Hold a user's active card for a movement until `release_card`.

    Raises NOT_FOUND for an unknown card or somebody else's, BANK_CARD_NOT_ACTIVE for one that is not active.
    A movement that reserves twice at once is a mistake of ours and raises IntegrityError.
    """
    card = tx.execute(
        sa.update(BankCard)
        .where(
            BankCard.id == card_id,
            BankCard.user_id == user_id,
            BankCard.status == CardStatus.ACTIVE,
        )
        .values(movements_open=BankCard.movements_open + 1)
        .returning(BankCard.bank_code, BankCard.last4, BankCard.sealed_token)
    ).one_or_none()
    if card is None:
        require_own_card(tx, user_id, card_id)
        raise BANK_CARD_NOT_ACTIVE()
    tx.execute(
        sa.insert(CardReservation).values(
            movement_id=movement_id, card_id=card_id, created_at=tx.now
        )
    )
    return CardForMoney(card_id, user_id, card.bank_code, card.last4, card.sealed_token)


def release_card(tx: Transaction, movement_id: str) -> None:
    """The movement is over: its card is free again. A movement without a reservation is no error."""
    card_id = tx.scalar(
        sa.delete(CardReservation)
        .where(CardReservation.movement_id == movement_id)
        .returning(CardReservation.card_id)
    )
    if card_id is not None:
        tx.execute(
            sa.update(BankCard)
            .where(BankCard.id == card_id)
            .values(movements_open=BankCard.movements_open - 1)
        )


def require_active_card(tx: Transaction, user_id: str, card_id: str) -> None:
    """Check, without holding anything, that a card could move money: for refusals that come first.

    Raises NOT_FOUND and BANK_CARD_NOT_ACTIVE as `reserve_card` does.
    """
    if require_own_card(tx, user_id, card_id) != CardStatus.ACTIVE:
        raise BANK_CARD_NOT_ACTIVE()


def require_own_card(tx: Transaction, user_id: str, card_id: str) -> CardStatus:
    """The status of a user's own card. Raises NOT_FOUND, for somebody else's too."""
    query = sa.select(BankCard.status).where(BankCard.id == card_id, BankCard.user_id == user_id)
    return CardStatus(existing(tx.scalar(query)))
