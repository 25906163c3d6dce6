"""Who is meant by a phone number, an address, an id, or the last digits of a card. Reads only."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from app.auth.models import User
from app.auth.queries import find_user_by_identifier
from app.banking.models import BankCard
from app.core.database import Transaction
from app.payments.models import Attempt, Instruction
from app.support.customers.rules import MOST_FOUND, LookupKey

Finder = Callable[[Transaction, str], Sequence[str]]


def _by_identifier(tx: Transaction, text: str) -> Sequence[str]:
    user = find_user_by_identifier(tx, text)
    return [] if user is None else [user.id]


def _by_id(tx: Transaction, user_id: str) -> Sequence[str]:
    return tx.scalars(sa.select(User.id).where(User.id == user_id)).all()


def _by_payment(tx: Transaction, payment_id: str) -> Sequence[str]:
    """By a payment, top-up or withdrawal, or by an attempt: what the gateway and receipts call it."""
    by_attempt = sa.select(Attempt.instruction_id).where(Attempt.id == payment_id)
    query = sa.select(Instruction.user_id).where(
        sa.or_(Instruction.id == payment_id, Instruction.id.in_(by_attempt))
    )
    return tx.scalars(query).all()


def _by_card(tx: Transaction, last4: str) -> Sequence[str]:
    """Everybody who ever bound such a card, whoever did so last first; many cards end alike."""
    bound = (
        sa.select(BankCard.user_id)
        .where(BankCard.last4 == last4)
        .group_by(BankCard.user_id)
        .order_by(sa.func.max(BankCard.created_at).desc(), BankCard.user_id)
        .limit(MOST_FOUND)
    )
    return tx.scalars(bound).all()


FINDERS: Final[Mapping[LookupKey, Finder]] = {
    LookupKey.PHONE: _by_identifier,
    LookupKey.EMAIL: _by_identifier,
    LookupKey.USER_ID: _by_id,
    LookupKey.PAYMENT_ID: _by_payment,
    LookupKey.CARD_LAST4: _by_card,
}
"""How customers are found by each key but a call code, whose tries are counted: `operations/look_up_customers.py`."""
