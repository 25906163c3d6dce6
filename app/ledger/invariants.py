"""What must be true of the books at every moment; asked by `GET /sandbox/v1/invariants` and the tests."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import Transaction
from app.ledger.models import Account, Hold, Posting
from app.ledger.rules import AccountKind, HoldStatus


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: its name, whether it holds, and what was found."""

    name: str
    ok: bool
    detail: str


def check_ledger(tx: Transaction) -> list[Check]:
    """Every invariant that the ledger can tell by itself, read from one snapshot."""
    return [
        _sums_to_zero(tx),
        _transactions_balance(tx),
        _wallets_equal_their_entries(tx),
        _none_negative(tx),
        _held_equals_open_holds(tx),
    ]


def _sums_to_zero(tx: Transaction) -> Check:
    sums = tx.execute(
        sa.select(Posting.currency, sa.func.sum(Posting.amount_minor)).group_by(Posting.currency)
    ).all()
    wrong = [f"{currency} {total}" for currency, total in sums if total]
    return _check(
        "ledger_sums_to_zero",
        wrong,
        "in " + (", ".join(currency for currency, _ in sums) or "no currency yet"),
    )


def _transactions_balance(tx: Transaction) -> Check:
    wrong = tx.scalars(
        sa.select(Posting.transaction_id)
        .group_by(Posting.transaction_id, Posting.currency)
        .having(sa.func.sum(Posting.amount_minor) != 0)
    ).all()
    return _check("each_transaction_balances", list(wrong), "all of them")


def _wallets_equal_their_entries(tx: Transaction) -> Check:
    total = sa.func.coalesce(sa.func.sum(Posting.amount_minor), 0)
    wrong = tx.scalars(
        sa.select(Account.id)
        .outerjoin(Posting, Posting.account_id == Account.id)
        .where(Account.kind == AccountKind.USER_WALLET)
        .group_by(Account.id, Account.balance_minor)
        .having(Account.balance_minor != total)
    ).all()
    return _check("balances_equal_their_entries", list(wrong), "every wallet")


def _none_negative(tx: Transaction) -> Check:
    wrong = tx.scalars(
        sa.select(Account.id).where(
            sa.or_(Account.balance_minor < 0, Account.held_minor > Account.balance_minor)
        )
    ).all()
    return _check("no_balance_negative", list(wrong), "every account")


def _held_equals_open_holds(tx: Transaction) -> Check:
    held = sa.func.coalesce(sa.func.sum(Hold.amount_minor), 0)
    open_hold = sa.and_(Hold.account_id == Account.id, Hold.status == HoldStatus.HELD)
    wrong = tx.scalars(
        sa.select(Account.id)
        .outerjoin(Hold, open_hold)
        .group_by(Account.id, Account.held_minor)
        .having(Account.held_minor != held)
    ).all()
    return _check("held_equals_open_holds", list(wrong), "every account")


def _check(name: str, wrong: list[str], fine: str) -> Check:
    return Check(name, not wrong, f"wrong: {', '.join(wrong[:20])}" if wrong else fine)
