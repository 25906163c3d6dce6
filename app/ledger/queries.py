"""Reading balances and settled movements."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import existing
from app.core.pagination import Page, PageRequest, fetch_page
from app.ledger.models import Account, Hold, LedgerTransaction, Posting
from app.ledger.rules import AccountKind, entry_type


@dataclass(frozen=True, slots=True)
class Wallet:
    """A user's money in minor units: `total` = `available` + `held`."""

    id: str
    currency: str
    available: int
    held: int
    total: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class WalletEntry:
    """A settled movement of a wallet; `balance_after` is the total behind it."""

    id: str
    type: str
    amount: int
    balance_after: int
    reference: dict[str, str]
    description: str
    created_at: datetime


_WALLETS = sa.select(
    Account.owner_id, Account.id, Account.currency, Account.balance_minor, Account.held_minor
).where(Account.kind == AccountKind.USER_WALLET)


def wallet_of(tx: Transaction, user_id: str) -> Wallet:
    """The user's wallet. Raises NOT_FOUND."""
    account = existing(tx.execute(_WALLETS.where(Account.owner_id == user_id)).one_or_none())
    return _wallet(account, tx.now)


def wallets_of(tx: Transaction, user_ids: Collection[str]) -> Mapping[str, Wallet]:
    """The wallets of users, by user."""
    accounts = tx.execute(_WALLETS.where(Account.owner_id.in_(user_ids)))
    return {account.owner_id: _wallet(account, tx.now) for account in accounts}


def wallet_entries(tx: Transaction, user_id: str, page: PageRequest) -> Page[WalletEntry]:
    """The wallet's settled movements, newest first."""
    wallet = wallet_of(tx, user_id)
    postings = fetch_page(
        tx,
        sa.select(Posting).where(Posting.account_id == wallet.id),
        page,
        at=Posting.created_at,
        row_id=Posting.id,
    )
    ids = [posting.transaction_id for posting in postings.data]
    rows = tx.scalars(sa.select(LedgerTransaction).where(LedgerTransaction.id.in_(ids)))
    transactions = {row.id: row for row in rows}
    return postings.map(lambda posting: _entry(posting, transactions[posting.transaction_id]))


def wallet_at(tx: Transaction, user_id: str, moment: datetime) -> Wallet:
    """The wallet as it stood at a moment, replayed from its postings and holds. Raises NOT_FOUND."""
    wallet = wallet_of(tx, user_id)
    total = balance_at(tx, wallet.id, moment)
    held = held_at(tx, wallet.id, moment)
    return Wallet(wallet.id, wallet.currency, total - held, held, total, as_of=moment)


def balance_at(tx: Transaction, wallet_id: str, moment: datetime) -> int:
    """The settled total of a wallet at a moment, replayed from its postings."""
    total = tx.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Posting.amount_minor), 0)).where(
            Posting.account_id == wallet_id, Posting.created_at <= moment
        )
    )
    return int(total or 0)


def held_at(
    tx: Transaction, wallet_id: str, moment: datetime, *, except_for: Collection[str] = ()
) -> int:
    """What was set aside at a moment: holds that were made by then and not closed yet, but for these references."""
    held = tx.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Hold.amount_minor), 0)).where(
            Hold.account_id == wallet_id,
            Hold.created_at <= moment,
            sa.or_(Hold.resolved_at.is_(None), Hold.resolved_at > moment),
            Hold.reference_id.not_in(except_for),
        )
    )
    return int(held or 0)


def _wallet(account: sa.Row[str, str, str, int, int], now: datetime) -> Wallet:
    return Wallet(
        id=account.id,
        currency=account.currency,
        available=account.balance_minor - account.held_minor,
        held=account.held_minor,
        total=account.balance_minor,
        as_of=now,
    )


def _entry(posting: Posting, transaction: LedgerTransaction) -> WalletEntry:
    return WalletEntry(
        id=posting.id,
        type=entry_type(transaction.movement, posting.amount_minor),
        amount=posting.amount_minor,
        balance_after=posting.balance_after_minor or 0,
        reference={"type": transaction.reference_type, "id": transaction.reference_id},
        description=transaction.description,
        created_at=posting.created_at,
    )
