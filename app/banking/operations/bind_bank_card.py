"""Binds a bank card: from here on it waits for its micro-deposit to be confirmed."""

import secrets

from app.banking.bindings import check_card, check_limits, insert_pending_card, lock_cards_of
from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.operations.tokenise_card import NewCard, tokenise_card
from app.banking.rules import LARGEST_DEPOSIT, VERIFICATION_TIME, JobKind
from app.banking.transitions import announce_card
from app.core import jobs
from app.core.idempotency import KeyInUse


def bind_bank_card(
    deps: BankingDependencies,
    user_id: str,
    card: NewCard,
    transaction_password: str,
    key: KeyInUse | None = None,
) -> BankCard:
    """A new binding, pending verification, whose deposit is on its way. `key` is claimed with it, in one transaction.

    Refusals come in the order of the contract, section 2: ACCOUNT_FROZEN; the card (BANK_CARD_ALREADY_BOUND,
    CARD_NOT_ELIGIBLE); the transaction password; the limits (TOO_MANY_BANK_CARDS,
    TOO_MANY_BINDINGS); then the bank's CARD_NOT_ELIGIBLE and BANK_UNAVAILABLE.
    Card and limits are checked again under the user's lock, since the bank was asked in between.
    """
    fingerprint = deps.vault.fingerprint(card.number.digits)
    with deps.database.snapshot() as tx:
        deps.require_active(tx, user_id)
        check_card(tx, user_id, fingerprint)
    deps.check_transaction_password(user_id, transaction_password)
    with deps.database.snapshot() as tx:
        check_limits(tx, user_id, fingerprint)
    prepared = tokenise_card(deps, card)
    with deps.database.transaction() as tx:
        lock_cards_of(tx, user_id)
        check_card(tx, user_id, fingerprint)
        check_limits(tx, user_id, fingerprint)
        bound = insert_pending_card(tx, user_id, prepared, _choose_deposit())
        if key is not None:
            key.claim(tx, bound.id)
        jobs.schedule(tx, JobKind.POST_DEPOSIT, bound.id, tx.now + deps.micro_deposit_delay)
        jobs.schedule(tx, JobKind.EXPIRE, bound.id, tx.now + VERIFICATION_TIME)
        announce_card(deps, tx, bound)
    return bound


def _choose_deposit() -> int:
    """1 to 99 fen, not to be guessed (contract, section 10)."""
    return 1 + secrets.randbelow(LARGEST_DEPOSIT)
