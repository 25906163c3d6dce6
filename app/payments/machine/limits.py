"""Daily limits that hold in a race: what a user moved today is counted by guarded updates.

A day is a calendar day in WALLET_TIMEZONE (contract, section 2). Money out and money in are counted apart.
"""

import sqlalchemy as sa

from app.auth.errors import TRANSACTION_PASSWORD_REQUIRED
from app.core.database import Transaction
from app.payments.models import DailyTotal
from app.payments.rules import DAILY_LIMIT, PASSWORD_FREE_DAILY_LIMIT, TRANSFER_MISSES_PER_DAY

_Row = tuple[sa.ColumnElement[bool], ...]
"""The conditions that find a user's day in one direction."""


def count_towards_limit(
    tx: Transaction,
    user_id: str,
    day: str,
    direction: str,
    amount_minor: int,
    *,
    password_free: bool,
) -> bool:
    """Count an amount towards the day's limits; False where the daily limit is in the way.

    Raises TRANSACTION_PASSWORD_REQUIRED where the day's sum without the password would be over 100000.
    """
    _ensure_row(tx, user_id, day, direction)
    free = amount_minor if password_free else 0
    row = _row(user_id, day, direction)
    if password_free and not _count(
        tx,
        row,
        DailyTotal.password_free_minor + free <= PASSWORD_FREE_DAILY_LIMIT,
        password_free_minor=DailyTotal.password_free_minor + free,
    ):
        raise TRANSACTION_PASSWORD_REQUIRED()
    counted = _count(
        tx,
        row,
        DailyTotal.moved_minor + amount_minor <= DAILY_LIMIT,
        moved_minor=DailyTotal.moved_minor + amount_minor,
    )
    if not counted and free:
        _give_back(tx, row, 0, free)
    return counted


def give_back(
    tx: Transaction,
    user_id: str,
    day: str,
    direction: str,
    amount_minor: int,
    *,
    password_free: bool,
) -> None:
    """Take a failed movement out of the day on which it was counted."""
    row = _row(user_id, day, direction)
    _give_back(tx, row, amount_minor, amount_minor if password_free else 0)


def missed_too_often(tx: Transaction, user_id: str, day: str) -> bool:
    """Whether the day's 20 recipients that don't exist are used up (contract, section 2)."""
    misses = tx.scalar(sa.select(DailyTotal.recipient_misses).where(*_row(user_id, day, "out")))
    return (misses or 0) >= TRANSFER_MISSES_PER_DAY


def count_miss(tx: Transaction, user_id: str, day: str) -> bool:
    """Count a recipient that doesn't exist; False where the day's 20 were used up before."""
    _ensure_row(tx, user_id, day, "out")
    return _count(
        tx,
        _row(user_id, day, "out"),
        DailyTotal.recipient_misses < TRANSFER_MISSES_PER_DAY,
        recipient_misses=DailyTotal.recipient_misses + 1,
    )


def _ensure_row(tx: Transaction, user_id: str, day: str, direction: str) -> None:
    tx.insert_missing(
        DailyTotal,
        user_id=user_id,
        day=day,
        direction=direction,
        moved_minor=0,
        password_free_minor=0,
        recipient_misses=0,
    )


def _count(
    tx: Transaction, row: _Row, guard: sa.ColumnElement[bool], **values: sa.ColumnElement[int]
) -> bool:
    return tx.change(sa.update(DailyTotal).where(*row, guard).values(**values)) == 1


def _give_back(tx: Transaction, row: _Row, moved: int, password_free: int) -> None:
    tx.change(
        sa.update(DailyTotal)
        .where(*row)
        .values(
            moved_minor=DailyTotal.moved_minor - moved,
            password_free_minor=DailyTotal.password_free_minor - password_free,
        )
    )


def _row(user_id: str, day: str, direction: str) -> _Row:
    return (
        DailyTotal.user_id == user_id,
        DailyTotal.day == day,
        DailyTotal.direction == direction,
    )
