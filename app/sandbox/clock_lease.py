"""Holding the clock: one advance at a time, with the worker kept out of due jobs meanwhile.

The lease is a moment of real time in the clock's row, renewed at each step, so that one whose process was killed
lapses by itself. Its value is its token: whoever finds another one there has lost it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.clock import CLOCK_ROW, VirtualClock, from_ms, machine_now, to_ms
from app.core.database import Database, SandboxWasResetError, piece_of_work
from app.core.errors import BUSY, Refusal
from app.core.jobs import JobQueue

# Longer than any job takes: an inquiry and a cancel are two calls of 8 s (contract, section 10).
LEASE_MS = 30_000
PATIENCE_SECONDS = 30.0
PATIENCE_OF_A_RESET_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 0.02
RETRY_AFTER_SECONDS = 1


@dataclass(slots=True)
class ClockLease:
    """The right to move the clock; `offset_ms` is where it stands."""

    database: Database
    until_ms: int
    offset_ms: int

    @property
    def now(self) -> datetime:
        """The virtual moment."""
        return machine_now() + timedelta(milliseconds=self.offset_ms)

    def offset_for(self, moment: datetime) -> int:
        """The offset at which it is `moment` now; never less than today's, since the clock goes forward only."""
        return max(self.offset_ms, to_ms(moment) - to_ms(machine_now()))

    def move_to(self, offset_ms: int) -> None:
        """Set the clock and renew the lease. Raises BUSY where it lapsed and somebody else took it."""
        renewed_ms = _lease_from_now()
        with self.database.transaction(moves_clock=True) as tx:
            moved = tx.change(
                sa.update(VirtualClock)
                .where(*_held(self.until_ms))
                .values(offset_ms=offset_ms, advancing_until_ms=renewed_ms)
            )
        if not moved:
            raise _busy()
        self.until_ms, self.offset_ms = renewed_ms, offset_ms

    def give_back(self) -> None:
        """Let the worker and the next advance come; a lease that is lost already is left alone."""
        with (
            suppress(SandboxWasResetError),
            self.database.transaction(moves_clock=True) as tx,
        ):
            tx.change(
                sa.update(VirtualClock).where(*_held(self.until_ms)).values(advancing_until_ms=0)
            )


@contextmanager
def hold_clock(
    database: Database, jobs: JobQueue, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[ClockLease]:
    """Hold the clock for the block, once other advances and the jobs that the worker has begun are done.

    Raises BUSY where that takes too long (real seconds).
    """
    deadline = time.monotonic() + patience_seconds
    while (lease := _take_if_free(database)) is None:
        _pause(deadline)
    try:
        jobs.void_dead_claims()
        while jobs.claimed_elsewhere():
            _pause(deadline)
            if lease.until_ms - to_ms(machine_now()) < LEASE_MS // 2:
                lease.move_to(lease.offset_ms)
        yield lease
    finally:
        lease.give_back()


@contextmanager
def seize_clock(
    database: Database, jobs: JobQueue, patience_seconds: float = PATIENCE_OF_A_RESET_SECONDS
) -> Iterator[None]:
    """Take the clock from whoever holds it, and give jobs that have begun a moment to end (real seconds)."""
    lease = _take(database)
    try:
        deadline = time.monotonic() + patience_seconds
        while _jobs_are_running(jobs) and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN_SECONDS)
        yield
    finally:
        if lease is not None:
            lease.give_back()


def _take_if_free(database: Database) -> ClockLease | None:
    """The lease, or None while another one holds it."""
    with database.snapshot() as tx:
        found_ms = tx.get_one(VirtualClock, CLOCK_ROW).advancing_until_ms
    if from_ms(found_ms) > machine_now():
        return None
    return _take(database, VirtualClock.advancing_until_ms == found_ms)


def _take(database: Database, *guards: sa.ColumnElement[bool]) -> ClockLease | None:
    until_ms = _lease_from_now()
    with database.transaction(moves_clock=True) as tx:
        offset_ms = tx.scalar(
            sa.update(VirtualClock)
            .where(VirtualClock.id == CLOCK_ROW, *guards)
            .values(advancing_until_ms=until_ms)
            .returning(VirtualClock.offset_ms)
        )
    return None if offset_ms is None else ClockLease(database, until_ms, offset_ms)


def _jobs_are_running(jobs: JobQueue) -> bool:
    with piece_of_work():  # another reset at the same time is no reason to stop this one
        return jobs.claimed_elsewhere()


def _lease_from_now() -> int:
    return to_ms(machine_now()) + LEASE_MS


def _held(until_ms: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (VirtualClock.id == CLOCK_ROW, VirtualClock.advancing_until_ms == until_ms)


def _pause(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise _busy()
    time.sleep(LOOK_AGAIN_SECONDS)


def _busy() -> Refusal:
    return BUSY(retry_after=RETRY_AFTER_SECONDS)
