"""Recording movements. Everything that moves money comes through `post`, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.ids import new_id
from app.core.money import DEFAULT_CURRENCY
from app.ledger.errors import InsufficientBalanceError
from app.ledger.models import Account, LedgerTransaction, Posting
from app.ledger.rules import AccountKind, Line, Movement, check_balanced


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement to record: why, for which object, and its lines.

    `external_reference` is what the gateway or bank calls it by: an attempt's id, for reconciliation.
    `reverses_id` is the ledger transaction that this one undoes (see reversals.py).
    """

    movement: Movement
    reference_type: str
    reference_id: str
    lines: Sequence[Line]
    description: str
    external_reference: str | None = None
    reverses_id: str | None = None
    currency: str = DEFAULT_CURRENCY


def post(tx: Transaction, entry: Entry) -> str:
    """Record a balanced movement and return its ledger transaction's id.

    Raises InsufficientBalanceError where a wallet's available balance doesn't cover its line, and UnbalancedError
    for lines that don't balance. Wallets are locked in the order of their ids, so two movements can't deadlock.
    """
    check_balanced(entry.lines)
    transaction_id = new_id("ltx")
    rows = [
        {
            "id": new_id("pst"),
            "transaction_id": transaction_id,
            "account_id": line.account_id,
            "currency": entry.currency,
            "amount_minor": line.amount_minor,
            "balance_after_minor": _move_balance(tx, line),
            "created_at": tx.now,
        }
        for line in sorted(entry.lines, key=lambda line: line.account_id)
    ]
    tx.execute(sa.insert(Posting), rows)
    tx.execute(
        sa.insert(LedgerTransaction).values(
            id=transaction_id,
            movement=entry.movement,
            reference_type=entry.reference_type,
            reference_id=entry.reference_id,
            external_reference=entry.external_reference,
            reverses_id=entry.reverses_id,
            description=entry.description,
            created_at=tx.now,
        )
    )
    return transaction_id


def _move_balance(tx: Transaction, line: Line) -> int | None:
    """Move a wallet's running balance and return it; other accounts carry none."""
    if not line.account_id.startswith("wal_"):
        return None
    balance = tx.scalar(
        sa.update(Account)
        .where(
            Account.id == line.account_id,
            Account.kind == AccountKind.USER_WALLET,
            Account.balance_minor - Account.held_minor + line.amount_minor >= 0,
        )
        .values(balance_minor=Account.balance_minor + line.amount_minor)
        .returning(Account.balance_minor)
    )
    if balance is None:
        raise InsufficientBalanceError(line.account_id)
    return int(balance)
