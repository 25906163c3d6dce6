"""Unbinds a card, a pending one too. Its row stays as history."""

from app.banking.bindings import ensure_default, lock_cards_of
from app.banking.errors import BANK_CARD_IN_USE, BANK_CARD_NOT_ACTIVE
from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.queries import own_card
from app.banking.rules import OPEN_STATUSES, CardStatus
from app.banking.transitions import move_card, tell_of_default
from app.core.database import Transaction


def unbind_bank_card(
    deps: BankingDependencies, user_id: str, card_id: str, transaction_password: str
) -> BankCard:
    """The card, unbound now; the oldest active one becomes the default where this one was it.

    Raises ACCOUNT_FROZEN, NOT_FOUND, BANK_CARD_NOT_ACTIVE for one that was unbound before or never became a card,
    BANK_CARD_IN_USE while money moves through it, then what the transaction password brings. A movement that reserves
    the card in between wins over this.
    """
    with deps.database.snapshot() as tx:
        deps.require_active(tx, user_id)
        _require_unbindable(tx, user_id, card_id)
    deps.check_transaction_password(user_id, transaction_password)
    with deps.database.transaction() as tx:
        lock_cards_of(tx, user_id)
        card = move_card(
            deps,
            tx,
            card_id,
            CardStatus.UNBOUND,
            BankCard.movements_open == 0,
            is_default=False,
            unbound_at=tx.now,
        )
        if card is None:
            _require_unbindable(tx, user_id, card_id)
            raise BANK_CARD_IN_USE()
        successor = ensure_default(tx, user_id)
        if successor is not None:
            tell_of_default(deps, tx, successor)
    return card


def _require_unbindable(tx: Transaction, user_id: str, card_id: str) -> None:
    card = own_card(tx, user_id, card_id)
    if card.status not in OPEN_STATUSES:
        raise BANK_CARD_NOT_ACTIVE()
    if card.movements_open:
        raise BANK_CARD_IN_USE()
