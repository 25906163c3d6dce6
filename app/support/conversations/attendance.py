"""Whether a user has a conversation open: their live stream says so, in rows that count for seconds of machine time.

They are told live and never kept: what has expired, typing too, is deleted by the worker's next round.
"""

from collections.abc import Collection

import sqlalchemy as sa

from app.core.clock import machine_now
from app.core.database import Database, Transaction
from app.support.conversations.models import Attendance, Typing
from app.support.conversations.rules import ATTENDANCE_LASTS


def attend(tx: Transaction, conversation_ids: Collection[str]) -> None:
    """Their users have them open just now."""
    until = machine_now() + ATTENDANCE_LASTS
    mine = Attendance.conversation_id.in_(conversation_ids)
    known = set(tx.scalars(sa.select(Attendance.conversation_id).where(mine)))
    for conversation_id in sorted(set(conversation_ids) - known):
        tx.insert_missing(Attendance, conversation_id=conversation_id, expires_at=until)
    tx.change(sa.update(Attendance).where(mine).values(expires_at=until))


def attended(tx: Transaction) -> frozenset[str]:
    """The conversations that their users have open."""
    counts = Attendance.expires_at > machine_now()
    return frozenset(tx.scalars(sa.select(Attendance.conversation_id).where(counts)))


def forget_expired(database: Database) -> None:
    """Delete who typed and who was there."""
    tables = (Typing, Attendance)
    with database.snapshot() as tx:
        over = [it for it in tables if tx.scalar(_is_over(it)) is not None]
    if over:
        with database.transaction() as tx:
            for table in over:
                tx.change(sa.delete(table).where(table.expires_at <= machine_now()))


def _is_over(table: type[Typing | Attendance]) -> sa.Select[str]:
    query = sa.select(table.conversation_id).where(table.expires_at <= machine_now())
    return query.limit(1)
