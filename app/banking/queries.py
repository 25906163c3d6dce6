"""Reading cards: a user's own, their history, and what may be shown of one."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.banking.issuers import bank_of
from app.banking.models import BankCard
from app.banking.rules import OPEN_STATUSES
from app.core.database import Transaction
from app.core.errors import existing
from app.core.locale import Locale
from app.core.pagination import Page, PageRequest, fetch_page

ALL = "all"


@dataclass(frozen=True, slots=True)
class BankView:
    """An issuer, named in the caller's language."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class VerificationView:
    """How far the micro-deposit is, never its amount."""

    method: str
    deposit_status: str
    attempts_remaining: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as its owner sees it (contract, section 5)."""

    id: str
    bank: BankView
    card_type: str
    last4: str
    holder_name: str
    status: str
    is_default: bool
    verification: VerificationView | None
    previous_binding_id: str | None
    created_at: datetime
    unbound_at: datetime | None


def own_card(tx: Transaction, user_id: str, card_id: str, *, fresh: bool = False) -> BankCard:
    """A user's card; `fresh` reads the row again. Raises NOT_FOUND, for somebody else's too."""
    query = sa.select(BankCard).where(BankCard.id == card_id, BankCard.user_id == user_id)
    read = query.execution_options(populate_existing=fresh)
    return existing(tx.scalars(read).one_or_none())


def list_cards(
    tx: Transaction, user_id: str, status: str | None, page: PageRequest
) -> Page[BankCard]:
    """A user's cards, newest first: pending and active ones, those of one `status`, or `all`."""
    query = sa.select(BankCard).where(BankCard.user_id == user_id)
    if status != ALL:
        query = query.where(BankCard.status.in_([status] if status else OPEN_STATUSES))
    return fetch_page(tx, query, page, at=BankCard.created_at, row_id=BankCard.id)


def view_of(card: BankCard, locale: Locale) -> CardView:
    """What of a card may leave the house."""
    bank = bank_of(card.bank_code)
    return CardView(
        id=card.id,
        bank=BankView(bank.code, bank.name_in(locale)),
        card_type=card.card_type,
        last4=card.last4,
        holder_name=card.holder_name_masked,
        status=card.status,
        is_default=card.is_default,
        verification=_verification_of(card),
        previous_binding_id=card.previous_binding_id,
        created_at=card.created_at,
        unbound_at=card.unbound_at,
    )


def _verification_of(card: BankCard) -> VerificationView | None:
    if card.deposit_status is None or card.expires_at is None:
        return None
    return VerificationView(
        "micro_deposit", card.deposit_status, card.attempts_remaining, card.expires_at
    )
