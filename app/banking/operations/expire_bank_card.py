"""Ends a verification that nobody confirmed in time."""

from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.rules import CardStatus
from app.banking.transitions import move_card


def expire_bank_card(deps: BankingDependencies, card_id: str) -> None:
    """Expire a card whose 10 days are over (contract, section 10); any other is left as it is."""
    with deps.database.transaction() as tx:
        move_card(deps, tx, card_id, CardStatus.EXPIRED, BankCard.expires_at <= tx.now)
