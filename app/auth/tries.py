"""Tries at a closed door, counted before they are judged (contract, sections 2 and 10).

A try is booked in a transaction that commits before the slow comparison starts, so that parallel guesses, through
whatever doors, are judged five times at most. A right one gives the booked tries back. What is compared is the
operations' business.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.auth.models import CredentialLock, CredentialTries
from app.auth.rules import LOCK_NOTICE_AFTER, TRY_RULES, Door
from app.core import jobs
from app.core.database import Transaction
from app.core.ids import new_id
from app.core.tables import Flag, Moment

TELL_OF_LOCK = "auth.tell_of_lock"


@dataclass(frozen=True, slots=True)
class Booked:
    """A try that may be judged; `remaining` are those after it. The last one locked the door already."""

    door: Door
    subject: str
    remaining: int
    locked_until: datetime | None
    lock_id: str | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The door takes no try until `until`, or until a reset where that is None."""

    until: datetime | None

    @property
    def reset_required(self) -> bool:
        """Whether waiting does not help."""
        return self.until is None


def book_try(tx: Transaction, door: Door, subject: str) -> Booked | Closed:
    """Count one try of `subject` (a user's id, or a stand-in for an unknown one), if the door is open."""
    row = tx.execute(_booking(tx, door, subject)).one_or_none()
    if row is None:
        return _closed(tx, door, subject)
    remaining = TRY_RULES[door].tries - row.used
    if remaining > 0:
        return Booked(door, subject, remaining, None, None)
    return Booked(door, subject, 0, row.locked_until, _record_lock(tx, door, subject))


def give_back(tx: Transaction, booked: Booked) -> None:
    """The try was right: forget it and the wrong ones before it.

    A lock that somebody else's later tries brought stays.
    """
    tx.change(
        sa.update(CredentialTries)
        .where(
            CredentialTries.door == booked.door,
            CredentialTries.subject == booked.subject,
            CredentialTries.locked_until.is_not_distinct_from(booked.locked_until),
        )
        .values(used=0, locked_until=None, reset_required=False)
    )
    if booked.lock_id is not None:
        tx.execute(sa.delete(CredentialLock).where(CredentialLock.id == booked.lock_id))


def open_door(tx: Transaction, door: Door, subject: str) -> None:
    """Forget every try and lift every lock, as a reset does; the locks stay as history."""
    tx.change(
        sa.delete(CredentialTries).where(
            CredentialTries.door == door, CredentialTries.subject == subject
        )
    )
    tx.change(
        sa.update(CredentialLock)
        .where(
            CredentialLock.door == door,
            CredentialLock.subject == subject,
            CredentialLock.lifted_at.is_(None),
        )
        .values(lifted_at=tx.now)
    )


def was_closed(tx: Transaction, door: Door, subject: str, moment: datetime) -> bool:
    """Whether the door was locked at `moment`."""
    lock = CredentialLock
    held = sa.select(lock.id).where(
        lock.door == door,
        lock.subject == subject,
        lock.locked_at <= moment,
        sa.or_(lock.locked_until.is_(None), lock.locked_until > moment),
        sa.or_(lock.lifted_at.is_(None), lock.lifted_at > moment),
    )
    return tx.scalar(held.limit(1)) is not None


def _booking(tx: Transaction, door: Door, subject: str) -> sa.Executable:
    """One guarded upsert: the first try makes the row, a later one counts on unless the door is closed."""
    rules = TRY_RULES[door]
    row = CredentialTries
    goes_on = row.locked_until.is_(None)  # else an old lock has run out, and counting starts anew
    used = sa.case((goes_on, row.used + 1), else_=1)
    lock = sa.case(
        (sa.and_(goes_on, row.used + 1 >= rules.tries), sa.literal(tx.now + rules.lock, Moment)),
        else_=sa.null(),
    )
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    return (
        insert(row)
        .values(door=door, subject=subject, used=1, locked_until=None, reset_required=False)
        .on_conflict_do_update(
            index_elements=[row.door, row.subject],
            set_={"used": used, "locked_until": lock},
            where=sa.and_(
                row.reset_required == sa.literal(False, Flag),
                sa.or_(row.locked_until.is_(None), row.locked_until <= tx.now),
            ),
        )
        .returning(row.used, row.locked_until)
    )


def _closed(tx: Transaction, door: Door, subject: str) -> Closed:
    row = tx.execute(
        sa.select(CredentialTries.locked_until, CredentialTries.reset_required).where(
            CredentialTries.door == door, CredentialTries.subject == subject
        )
    ).one()
    return Closed(None if row.reset_required else row.locked_until)


def _record_lock(tx: Transaction, door: Door, subject: str) -> str:
    rules = TRY_RULES[door]
    lock = CredentialLock
    recent = tx.scalar(
        sa.select(sa.func.count()).where(
            lock.door == door,
            lock.subject == subject,
            lock.lifted_at.is_(None),
            lock.locked_at > tx.now - rules.ladder,
        )
    )
    for_good = rules.locks_until_reset is not None and (recent or 0) + 1 >= rules.locks_until_reset
    lock_id = new_id("lck")
    tx.add(
        CredentialLock(
            id=lock_id,
            door=door,
            subject=subject,
            locked_at=tx.now,
            locked_until=None if for_good else tx.now + rules.lock,
            lifted_at=None,
        )
    )
    if for_good:
        tx.change(
            sa.update(CredentialTries)
            .where(CredentialTries.door == door, CredentialTries.subject == subject)
            .values(reset_required=True)
        )
    # Scheduled for unknown accounts too, so that both take the same work.
    jobs.schedule(tx, TELL_OF_LOCK, lock_id, tx.now + LOCK_NOTICE_AFTER)
    return lock_id
