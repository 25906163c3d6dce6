"""Makes an active card the one that is offered first."""

import sqlalchemy as sa

from app.banking.bindings import lock_cards_of
from app.banking.errors import BANK_CARD_NOT_ACTIVE
from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.queries import own_card
from app.banking.rules import CardStatus
from app.banking.transitions import tell_of_default


def set_default_card(deps: BankingDependencies, user_id: str, card_id: str) -> BankCard:
    """The card, default now and the only one; a change is told. Raises NOT_FOUND and BANK_CARD_NOT_ACTIVE."""
    with deps.database.transaction() as tx:
        own_card(tx, user_id, card_id)
        lock_cards_of(tx, user_id)
        card = own_card(tx, user_id, card_id, fresh=True)
        if card.status != CardStatus.ACTIVE:
            raise BANK_CARD_NOT_ACTIVE()
        if not card.is_default:
            mine = sa.update(BankCard).where(BankCard.user_id == user_id)
            tx.execute(mine.where(BankCard.is_default).values(is_default=False))
            tx.execute(mine.where(BankCard.id == card_id).values(is_default=True))
            tell_of_default(deps, tx, card)
        tx.refresh(card)
    return card
