"""Confirms a card by the amount of its micro-deposit, which only its holder can read."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.banking.bindings import check_card, ensure_default, lock_cards_of
from app.banking.errors import (
    BANK_CARD_ALREADY_BOUND,
    BANK_CARD_NOT_ACTIVE,
    CARD_NOT_ELIGIBLE,
    MICRO_DEPOSIT_EXPIRED,
    MICRO_DEPOSIT_INCORRECT,
    MICRO_DEPOSIT_NOT_SENT,
    VERIFICATION_FAILED,
)
from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.operations.expire_bank_card import expire_bank_card
from app.banking.operations.look_for_micro_deposit import look_for_micro_deposit
from app.banking.queries import own_card
from app.banking.rules import CardStatus, DepositStatus
from app.banking.transitions import move_card
from app.core.database import Transaction
from app.core.errors import ErrorCode, Refusal

SETTLED: dict[str, ErrorCode] = {
    CardStatus.ACTIVE: BANK_CARD_ALREADY_BOUND,
    CardStatus.UNBOUND: BANK_CARD_NOT_ACTIVE,
    CardStatus.VERIFICATION_FAILED: VERIFICATION_FAILED,
    CardStatus.EXPIRED: MICRO_DEPOSIT_EXPIRED,
}
"""What a card answers that is not pending any more."""


def confirm_bank_card(
    deps: BankingDependencies, user_id: str, card_id: str, amount_minor: int
) -> BankCard:
    """The card, active now. One of three tries is counted, and committed, before the amount is looked at.

    Raises ACCOUNT_FROZEN, NOT_FOUND, those of `SETTLED`, MICRO_DEPOSIT_NOT_SENT, CARD_NOT_ELIGIBLE where the number
    became active for another user, BANK_CARD_ALREADY_BOUND where another binding of it by this user did: none of
    these costs a try. A wrong amount: MICRO_DEPOSIT_INCORRECT; with none remaining the verification has failed.
    """
    card = _count_try_of_known_deposit(deps, user_id, card_id)
    if card.deposit_minor == amount_minor:
        return _activate(deps, user_id, card_id)
    if card.attempts_remaining == 0:
        _give_up(deps, card_id)
    raise MICRO_DEPOSIT_INCORRECT(attempts_remaining=card.attempts_remaining)


def _count_try_of_known_deposit(deps: BankingDependencies, user_id: str, card_id: str) -> BankCard:
    """Use up one try, after a second look where the deposit is only just on its way."""
    try:
        return _count_try(deps, user_id, card_id)
    except Refusal as refusal:
        if refusal.error is MICRO_DEPOSIT_EXPIRED:
            expire_bank_card(deps, card_id)  # the worker may be late
        if refusal.error is not MICRO_DEPOSIT_NOT_SENT:
            raise
    look_for_micro_deposit(deps, card_id)
    return _count_try(deps, user_id, card_id)


def _count_try(deps: BankingDependencies, user_id: str, card_id: str) -> BankCard:
    """Use up one try. The guarded update lets three through, however many come at once."""
    with deps.database.transaction() as tx:
        deps.require_active(tx, user_id)
        _require_confirmable(tx, user_id, card_id)
        card = tx.scalars(
            sa.update(BankCard)
            .where(
                BankCard.id == card_id,
                BankCard.status == CardStatus.PENDING_VERIFICATION,
                BankCard.attempts_remaining > 0,
            )
            .values(attempts_remaining=BankCard.attempts_remaining - 1)
            .returning(BankCard),
            execution_options={"populate_existing": True},
        ).one_or_none()
        if card is None:
            raise _why_not(tx, user_id, card_id)
        return card


def _require_confirmable(tx: Transaction, user_id: str, card_id: str) -> None:
    card = own_card(tx, user_id, card_id)
    if card.status != CardStatus.PENDING_VERIFICATION:
        raise SETTLED[card.status]()
    if card.expires_at is None or card.expires_at <= tx.now:
        raise MICRO_DEPOSIT_EXPIRED()
    if card.attempts_remaining == 0:
        raise VERIFICATION_FAILED()
    if card.deposit_status != DepositStatus.SENT:
        raise MICRO_DEPOSIT_NOT_SENT()
    check_card(tx, user_id, card.number_fingerprint)


def _activate(deps: BankingDependencies, user_id: str, card_id: str) -> BankCard:
    """The amount was right: the try is given back, and the first active card is the default."""
    with deps.database.transaction() as tx:
        lock_cards_of(tx, user_id)
        try:
            with tx.begin_nested():
                card = move_card(
                    deps,
                    tx,
                    card_id,
                    CardStatus.ACTIVE,
                    activated_at=tx.now,
                    attempts_remaining=BankCard.attempts_remaining + 1,
                )
        except IntegrityError:  # the number became active elsewhere, this very moment
            raise _why_not(tx, user_id, card_id) from None
        if card is None:
            raise _why_not(tx, user_id, card_id)
        ensure_default(tx, user_id)
        tx.refresh(card)
        return card


def _give_up(deps: BankingDependencies, card_id: str) -> None:
    with deps.database.transaction() as tx:
        move_card(
            deps, tx, card_id, CardStatus.VERIFICATION_FAILED, BankCard.attempts_remaining == 0
        )


def _why_not(tx: Transaction, user_id: str, card_id: str) -> Refusal:
    """What to answer to a confirmation that lost a race: whatever is true of the card now."""
    tx.expire_all()
    try:
        _require_confirmable(tx, user_id, card_id)
    except Refusal as refusal:
        return refusal
    return CARD_NOT_ELIGIBLE()
