"""Tries at a closed door, booked before they are judged (contract, sections 2 and 10).

A try is booked in a transaction that commits before the slow comparison starts, and what is being judged and what
was wrong together are five at most: so parallel guesses, through whatever doors, are judged five times. Only a
verdict closes the door, so that right passwords in parallel never do, nor a process that dies with all of them. What is
compared is the operations' business.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.models import BookedTry, CredentialLock, CredentialTries
from app.auth.rules import BOOKED_TRY_LIFETIME, TRY_RULES, Door
from app.core import jobs
from app.core.clock import machine_now
from app.core.database import Transaction
from app.core.days import seconds_until
from app.core.ids import new_id

TELL_OF_LOCK = "auth.tell_of_lock"


@dataclass(frozen=True, slots=True)
class Booked:
    """A try that may be judged now; `count_wrong` or `count_right` ends it."""

    id: str
    door: Door
    subject: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The door takes no try for `wait` seconds, or until a reset where that is None."""

    wait: int | None


@dataclass(frozen=True, slots=True)
class Full:
    """As many tries are being judged as may still be wrong: come again when there are verdicts."""


def book_try(tx: Transaction, door: Door, subject: str) -> Booked | Closed | Full:
    """Book one try of `subject` (a user's id, or a stand-in for an unknown one), if the door is open.

    Commit whatever the answer is: tries whose process died may have been counted.
    """
    row = _hold(tx, door, subject)
    if row.locked_until is not None and row.locked_until <= tx.now:
        row.wrong, row.locked_until = 0, None
    _count_lost(tx, row)
    if row.reset_required:
        return Closed(None)
    if row.locked_until is not None:
        return Closed(seconds_until(row.locked_until, tx.now))
    if row.wrong + _being_judged(tx, row) >= TRY_RULES[door].tries:
        return Full()
    booked = Booked(new_id("try"), door, subject)
    tx.add(BookedTry(id=booked.id, door=door, subject=subject, booked_at=machine_now()))
    return booked


def count_wrong(tx: Transaction, booked: Booked) -> int:
    """The try was wrong, and the fifth in a row closes the door; returns how many are left after it.

    One that was given up for lost has been counted, but where none but the last is left its verdict takes that too.
    """
    row = _hold(tx, booked.door, booked.subject)
    tries = TRY_RULES[booked.door].tries
    was_booked = tx.change(sa.delete(BookedTry).where(BookedTry.id == booked.id)) == 1
    if was_booked or row.wrong == tries - 1:
        _add_wrong(tx, row)
    return tries - row.wrong


def count_right(tx: Transaction, booked: Booked) -> None:
    """The try was right: forget it and the wrong ones before it. A lock that is there already stays."""
    row = _hold(tx, booked.door, booked.subject)
    tx.change(sa.delete(BookedTry).where(BookedTry.id == booked.id))
    if row.locked_until is None:
        row.wrong = 0


def open_door(tx: Transaction, door: Door, subject: str) -> None:
    """Forget every try and lift every lock, as a reset does; the locks stay as history."""
    for table in (CredentialTries, BookedTry):
        tx.change(sa.delete(table).where(table.door == door, table.subject == subject))
    tx.change(
        sa.update(CredentialLock)
        .where(
            CredentialLock.door == door,
            CredentialLock.subject == subject,
            CredentialLock.lifted_at.is_(None),
        )
        .values(lifted_at=tx.now)
    )


def _hold(tx: Transaction, door: Door, subject: str) -> CredentialTries:
    """The counter, made where it is missing, and locked to the end of the transaction."""
    row = CredentialTries
    new = {"door": door, "subject": subject, "wrong": 0, "reset_required": False}
    # An update of nothing locks what is there; a row that was only looked for may be forgotten before it is locked.
    made = tx.insertion(row, **new).on_conflict_do_update(
        index_elements=[row.door, row.subject], set_={"wrong": row.wrong}
    )
    tx.execute(made)
    return tx.get_one(row, (door, subject), populate_existing=True)


def _count_lost(tx: Transaction, row: CredentialTries) -> None:
    """Tries whose process died before the verdict count as wrong, or a crash would be a way to guess for free.

    They never take the last one: nobody has been told anything by them, and they may all have been right.
    """
    lost = sa.delete(BookedTry).where(
        *_of(row), BookedTry.booked_at <= machine_now() - BOOKED_TRY_LIFETIME
    )
    count = tx.change(lost)
    row.wrong = max(row.wrong, min(row.wrong + count, TRY_RULES[Door(row.door)].tries - 1))


def _being_judged(tx: Transaction, row: CredentialTries) -> int:
    return tx.scalar(sa.select(sa.func.count()).select_from(BookedTry).where(*_of(row))) or 0


def _of(row: CredentialTries) -> tuple[sa.ColumnElement[bool], ...]:
    return BookedTry.door == row.door, BookedTry.subject == row.subject


def _add_wrong(tx: Transaction, row: CredentialTries) -> None:
    if row.locked_until is not None:
        return
    rules = TRY_RULES[Door(row.door)]
    row.wrong += 1
    if row.wrong == rules.tries:
        row.locked_until = tx.now + rules.lock
        row.reset_required = _record_lock(tx, row)


def _record_lock(tx: Transaction, row: CredentialTries) -> bool:
    """Write the lock down and have the user told; whether only a reset opens the door again."""
    rules = TRY_RULES[Door(row.door)]
    lock = CredentialLock
    recent = tx.scalar(
        sa.select(sa.func.count()).where(
            lock.door == row.door,
            lock.subject == row.subject,
            lock.lifted_at.is_(None),
            lock.locked_at > tx.now - rules.ladder,
        )
    )
    for_good = rules.locks_until_reset is not None and (recent or 0) + 1 >= rules.locks_until_reset
    lock_id = new_id("lck")
    tx.add(
        CredentialLock(
            id=lock_id,
            door=row.door,
            subject=row.subject,
            locked_at=tx.now,
            locked_until=None if for_good else row.locked_until,
            lifted_at=None,
        )
    )
    # Scheduled for unknown accounts too, so that both take the same work.
    jobs.schedule(tx, TELL_OF_LOCK, lock_id, tx.now)
    return for_good
