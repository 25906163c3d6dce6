"""Rows of cards: who may have another one, and how one comes to be. Works in the caller's transaction.

What happens to a card afterwards: `transitions.py`. The calls around it, and asking the bank: `operations/`.
"""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.banking.errors import (
    BANK_CARD_ALREADY_BOUND,
    CARD_NOT_ELIGIBLE,
    TOO_MANY_BANK_CARDS,
    TOO_MANY_BINDINGS,
)
from app.banking.issuers import CardProduct
from app.banking.models import BankCard, CardHolder
from app.banking.rules import (
    BINDINGS_WINDOW,
    CONFIRM_TRIES,
    MAX_BINDINGS,
    MAX_OPEN_CARDS,
    OPEN_STATUSES,
    VERIFICATION_TIME,
    CardStatus,
    DepositStatus,
)
from app.core.database import Transaction


@dataclass(frozen=True, slots=True)
class PreparedCard:
    """A card that the bank knows and that no row stands for yet; made by `operations.tokenise_card`."""

    id: str
    product: CardProduct
    last4: str
    holder_name_masked: str
    number_fingerprint: str
    sealed_token: str = field(repr=False)


def lock_cards_of(tx: Transaction, user_id: str) -> None:
    """Make this transaction the only one that changes which cards the user has, until it ends."""
    tx.insert_missing(CardHolder, user_id=user_id, changes=0)
    tx.execute(
        sa.update(CardHolder)
        .where(CardHolder.user_id == user_id)
        .values(changes=CardHolder.changes + 1)
    )


def check_card(tx: Transaction, user_id: str, number_fingerprint: str) -> None:
    """Raises BANK_CARD_ALREADY_BOUND or CARD_NOT_ELIGIBLE where the number is active, for this user or another.

    One that is only pending is no obstacle: it is nobody's yet (contract, section 5, `card_not_eligible`).
    """
    owner = tx.scalar(
        sa.select(BankCard.user_id).where(
            BankCard.number_fingerprint == number_fingerprint,
            BankCard.status == CardStatus.ACTIVE,
        )
    )
    if owner is not None:
        raise BANK_CARD_ALREADY_BOUND() if owner == user_id else CARD_NOT_ELIGIBLE()


def check_limits(tx: Transaction, user_id: str, number_fingerprint: str) -> None:
    """Raises TOO_MANY_BANK_CARDS or TOO_MANY_BINDINGS (contract, sections 5 and 10)."""
    mine = sa.select(sa.func.count()).where(BankCard.user_id == user_id)
    if (tx.scalar(mine.where(BankCard.status.in_(OPEN_STATUSES))) or 0) >= MAX_OPEN_CARDS:
        raise TOO_MANY_BANK_CARDS()
    lately = mine.where(
        BankCard.number_fingerprint == number_fingerprint,
        BankCard.created_at > tx.now - BINDINGS_WINDOW,
    )
    if (tx.scalar(lately) or 0) >= MAX_BINDINGS:
        raise TOO_MANY_BINDINGS()


def insert_pending_card(
    tx: Transaction, user_id: str, card: PreparedCard, deposit_minor: int
) -> BankCard:
    """A card that waits for its micro-deposit of `deposit_minor` fen to be confirmed within 10 days."""
    return _insert(
        tx,
        user_id,
        card,
        status=CardStatus.PENDING_VERIFICATION,
        is_default=False,
        deposit_minor=deposit_minor,
        deposit_status=DepositStatus.PENDING,
        expires_at=tx.now + VERIFICATION_TIME,
    )


def create_ready_card(tx: Transaction, user_id: str, card: PreparedCard) -> str:
    """An active card without micro-deposit, for the sandbox's ready users; returns its id.

    Raises what `check_card` and `check_limits` raise. The first one is the default.
    """
    lock_cards_of(tx, user_id)
    check_card(tx, user_id, card.number_fingerprint)
    check_limits(tx, user_id, card.number_fingerprint)
    _insert(tx, user_id, card, status=CardStatus.ACTIVE, is_default=False, activated_at=tx.now)
    ensure_default(tx, user_id)
    return card.id


def ensure_default(tx: Transaction, user_id: str) -> BankCard | None:
    """Where the user has no default card, the oldest active one becomes it and is returned. Needs `lock_cards_of`."""
    active = (BankCard.user_id == user_id, BankCard.status == CardStatus.ACTIVE)
    if tx.scalar(sa.select(BankCard.id).where(*active, BankCard.is_default)) is not None:
        return None
    oldest = sa.select(BankCard.id).where(*active).order_by(BankCard.created_at, BankCard.id)
    return tx.scalars(
        sa.update(BankCard)
        .where(BankCard.id == oldest.limit(1).scalar_subquery())
        .values(is_default=True)
        .returning(BankCard),
        execution_options={"populate_existing": True},
    ).one_or_none()


def _insert(tx: Transaction, user_id: str, card: PreparedCard, **state: Any) -> BankCard:
    row = BankCard(
        id=card.id,
        user_id=user_id,
        bank_code=card.product.bank.code,
        card_type=card.product.card_type,
        last4=card.last4,
        holder_name_masked=card.holder_name_masked,
        number_fingerprint=card.number_fingerprint,
        sealed_token=card.sealed_token,
        movements_open=0,
        attempts_remaining=CONFIRM_TRIES,
        previous_binding_id=_previous_binding(tx, user_id, card.number_fingerprint),
        created_at=tx.now,
        **state,
    )
    tx.add(row)
    tx.flush()
    return row


def _previous_binding(tx: Transaction, user_id: str, number_fingerprint: str) -> str | None:
    return tx.scalar(
        sa.select(BankCard.id)
        .where(BankCard.user_id == user_id, BankCard.number_fingerprint == number_fingerprint)
        .order_by(BankCard.created_at.desc(), BankCard.id.desc())
        .limit(1)
    )
