"""What changed in the agents' queue, as a numbered list that a stream can resume in.

An event is written without a number in the transaction in which it happened, and numbered later, in a short one that
holds the head (by the worker each second, and by whoever wants to read on): numbers then follow the order of commits on
both databases, so whoever has read up to a number has missed none below it, and no act at the desk waits for another.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from app.core.database import Database, Transaction
from app.core.events import Event
from app.support.conversations.models import QueueEvent, QueueHead

KEPT_FOR: Final = timedelta(days=1)
"""An agent who was away for longer reads the queue itself."""
FAMILY: Final = "conversation."
NUMBERED_AT_ONCE: Final = 500
_HEAD: Final = 1


def note_queue_event(tx: Transaction, event: Event) -> None:
    """Keep every event of a conversation for the queue. A listener of core.events."""
    if event.type.startswith(FAMILY):
        tx.add(
            QueueEvent(
                type=event.type.removeprefix(FAMILY),
                conversation_id=event.subject_id,
                data=dict(event.data),
                created_at=tx.now,
            )
        )


def hold_queue(tx: Transaction) -> QueueHead:
    """The head, locked until the transaction ends. Whoever holds it may wait for conversations, never the other way."""
    query = sa.select(QueueHead).where(QueueHead.id == _HEAD).with_for_update()
    head = tx.scalar(query)
    if head is None:
        tx.insert_missing(QueueHead, id=_HEAD, number=0)
        head = tx.scalars(query).one()
    return head


def number_events(database: Database) -> None:
    """Number what was committed since the last time."""
    fresh = sa.select(QueueEvent).where(QueueEvent.number.is_(None)).order_by(QueueEvent.id)
    with database.snapshot() as tx:
        if tx.scalar(fresh.with_only_columns(QueueEvent.id).limit(1)) is None:
            return
    with database.transaction() as tx:
        head = hold_queue(tx)
        for event in tx.scalars(fresh.limit(NUMBERED_AT_ONCE)):
            head.number += 1
            event.number = head.number


def last_number(tx: Transaction) -> int:
    """The newest number, 0 where nothing happened yet."""
    return tx.scalar(sa.select(QueueHead.number).where(QueueHead.id == _HEAD)) or 0


def events_after(tx: Transaction, number: int, limit: int) -> Sequence[QueueEvent]:
    """Events behind a number, in order."""
    query = sa.select(QueueEvent).where(QueueEvent.number > number)
    return tx.scalars(query.order_by(QueueEvent.number).limit(limit)).all()


def forget_old_events(database: Database) -> None:
    """Delete what no stream resumes in any more."""
    old = sa.delete(QueueEvent).where(QueueEvent.number.is_not(None))
    with database.snapshot() as tx:
        oldest = tx.scalar(sa.select(sa.func.min(QueueEvent.created_at)))
        if oldest is None or oldest > tx.now - KEPT_FOR:
            return
    with database.transaction() as tx:
        tx.change(old.where(QueueEvent.created_at <= tx.now - KEPT_FOR))
