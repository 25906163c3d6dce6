"""Accounts: what they are called, and opening them. Balances are read in queries.py."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.ids import new_id
from app.core.money import DEFAULT_CURRENCY
from app.ledger.models import Account
from app.ledger.rules import AccountKind

OPERATOR = "operator"
OPERATOR_ACCOUNTS = (
    AccountKind.GATEWAY_CLEARING,
    AccountKind.BANK_CLEARING,
    AccountKind.SANDBOX_FUNDING,
    AccountKind.MICRO_DEPOSITS,
    AccountKind.GOODWILL,
    AccountKind.SUSPENSE,
)


def operator_account(kind: AccountKind, currency: str = DEFAULT_CURRENCY) -> str:
    """The id of one of our own accounts, such as `acc_gateway_clearing_cny`."""
    return f"acc_{kind}_{currency.lower()}"


def merchant_account(merchant_id: str, currency: str = DEFAULT_CURRENCY) -> str:
    """The id of what we owe a merchant."""
    return f"acc_{merchant_id}_{currency.lower()}"


def open_wallet(tx: Transaction, user_id: str, currency: str = DEFAULT_CURRENCY) -> str:
    """Open a user's empty wallet and return its id."""
    wallet_id = new_id("wal")
    _open(tx, wallet_id, AccountKind.USER_WALLET, user_id, currency)
    return wallet_id


def open_merchant_account(
    tx: Transaction, merchant_id: str, currency: str = DEFAULT_CURRENCY
) -> None:
    """Open a merchant's account unless it is there."""
    account_id = merchant_account(merchant_id, currency)
    if tx.get(Account, account_id) is None:
        _open(tx, account_id, AccountKind.MERCHANT, merchant_id, currency)


def seed(tx: Transaction) -> None:
    """Our own accounts, which are always there."""
    for kind in OPERATOR_ACCOUNTS:
        if tx.get(Account, operator_account(kind)) is None:
            _open(tx, operator_account(kind), kind, OPERATOR, DEFAULT_CURRENCY)


def _open(
    tx: Transaction, account_id: str, kind: AccountKind, owner_id: str, currency: str
) -> None:
    tx.execute(
        sa.insert(Account).values(
            id=account_id,
            kind=kind,
            owner_id=owner_id,
            currency=currency,
            balance_minor=0,
            held_minor=0,
            created_at=tx.now,
        )
    )
