"""The trial balance: the sum of every account in one moment, whose total is zero per currency."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import Transaction
from app.ledger.models import Account, Posting


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What an account holds by its postings, in minor units; positive is what we owe."""

    account_id: str
    kind: str
    owner_id: str
    currency: str
    balance_minor: int


def trial_balance(tx: Transaction) -> list[AccountBalance]:
    """Every account with its sum, by kind and id; from one statement, hence of one moment."""
    total = sa.func.coalesce(sa.func.sum(Posting.amount_minor), 0)
    query = (
        sa.select(Account.id, Account.kind, Account.owner_id, Account.currency, total)
        .outerjoin(Posting, Posting.account_id == Account.id)
        .group_by(Account.id, Account.kind, Account.owner_id, Account.currency)
        .order_by(Account.kind, Account.id)
    )
    return [
        AccountBalance(account_id, kind, owner_id, currency, int(balance))
        for account_id, kind, owner_id, currency, balance in tx.execute(query)
    ]


def totals(balances: Iterable[AccountBalance]) -> dict[str, int]:
    """The sum per currency; each must be zero."""
    sums: Counter[str] = Counter()
    for each in balances:
        sums[each.currency] += each.balance_minor
    return dict(sums)
