"""Two-phase movements: money is held before the outside is asked, then captured or released, once."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.ids import new_id
from app.ledger.errors import HoldClosedError, InsufficientBalanceError
from app.ledger.models import Account, Hold
from app.ledger.postings import Entry, post
from app.ledger.rules import HoldStatus


def hold(tx: Transaction, wallet_id: str, amount_minor: int, reference_id: str) -> None:
    """Set `amount_minor` of a wallet aside for `reference_id`. Raises InsufficientBalanceError."""
    held = tx.change(
        sa.update(Account)
        .where(Account.id == wallet_id, Account.balance_minor - Account.held_minor >= amount_minor)
        .values(held_minor=Account.held_minor + amount_minor)
    )
    if held != 1:
        raise InsufficientBalanceError(wallet_id)
    tx.execute(
        sa.insert(Hold).values(
            id=new_id("hld"),
            account_id=wallet_id,
            amount_minor=amount_minor,
            status=HoldStatus.HELD,
            reference_id=reference_id,
            created_at=tx.now,
        )
    )


def capture(tx: Transaction, reference_id: str, entry: Entry) -> str:
    """Turn a hold into the movement it was made for. Raises HoldClosedError where that is done already."""
    _close(tx, reference_id, HoldStatus.CAPTURED)
    return post(tx, entry)


def release(tx: Transaction, reference_id: str) -> None:
    """Give held money back. Raises HoldClosedError where the hold is not open any more."""
    _close(tx, reference_id, HoldStatus.RELEASED)


def find_hold(tx: Transaction, reference_id: str) -> Hold | None:
    """What was held for `reference_id`, and what became of it."""
    query = sa.select(Hold).where(Hold.reference_id == reference_id)
    return tx.scalar(query.execution_options(populate_existing=True))


def _close(tx: Transaction, reference_id: str, status: HoldStatus) -> None:
    closed = tx.execute(
        sa.update(Hold)
        .where(Hold.reference_id == reference_id, Hold.status == HoldStatus.HELD)
        .values(status=status, resolved_at=tx.now)
        .returning(Hold.account_id, Hold.amount_minor)
    ).one_or_none()
    if closed is None:
        raise HoldClosedError(reference_id)
    tx.execute(
        sa.update(Account)
        .where(Account.id == closed.account_id)
        .values(held_minor=Account.held_minor - closed.amount_minor)
    )
