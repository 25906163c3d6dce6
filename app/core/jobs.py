"""Durable work: rows with a `due_at` on the virtual clock, claimed by whoever is free.

The rows are the truth and a handler may be called more than once for the same job, so handlers act through guarded
updates. A job is claimed with SKIP LOCKED on PostgreSQL and by the one writer on SQLite; a claim of a process that died
is void. What wakes the worker lives in app/worker.py.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy import Index, Integer, Text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from app.core.clock import CLOCK_ROW, VirtualClock, machine_now, to_ms
from app.core.database import (
    Database,
    SandboxWasResetError,
    Transaction,
    is_database_trouble,
    piece_of_work,
)
from app.core.ids import new_id
from app.core.processes import is_dead, process_identity
from app.core.tables import Base, Json, Moment

CLAIM_LEASE = timedelta(seconds=60)  # machine time; no handler may run longer
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(hours=1)

Value = TypeVar("Value")

log = structlog.get_logger(__name__)


class Job(Base):
    """One thing to do, not before `due_at`; it is deleted when its handler has returned."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "due_at", "id"), Index(None, "kind", "subject_id"))

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    due_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(Integer)
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job as its handler gets it."""

    id: str
    kind: str
    subject_id: str
    payload: dict[str, Any]
    due_at: datetime
    tries: int


Handler = Callable[[DueJob], None]


def schedule(
    tx: Transaction,
    kind: str,
    subject_id: str,
    due_at: datetime,
    payload: dict[str, Any] | None = None,
) -> str:
    """Have the handler of `kind` called at `due_at`, if this transaction commits. Returns the job's id."""
    job_id = new_id("job")
    tx.execute(
        sa.insert(Job).values(
            id=job_id,
            kind=kind,
            subject_id=subject_id,
            payload=payload or {},
            due_at=due_at,
            tries=0,
        )
    )
    return job_id


def cancel(tx: Transaction, kind: str, subject_id: str) -> None:
    """Drop what is scheduled under that kind for a subject; nothing there is no error."""
    tx.execute(sa.delete(Job).where(Job.kind == kind, Job.subject_id == subject_id))


def finish(tx: Transaction, job: DueJob) -> bool:
    """End a job in its handler's own transaction, for what nothing else guards against being done twice.

    False where an earlier call has ended it, or it was cancelled meanwhile: then there is nothing to do.
    """
    return tx.change(sa.delete(Job).where(Job.id == job.id)) == 1


def retry_delay(tries: int) -> timedelta:
    """2 s, doubling, at most an hour."""
    return min(FIRST_RETRY * int(2 ** min(tries, 16)), LONGEST_RETRY)


@dataclass(slots=True)
class JobQueue:
    """Claims due jobs and runs them; the factory registers a handler per kind."""

    database: Database
    handlers: dict[str, Handler] = field(default_factory=dict)
    # Jobs that failed and could not even be put back, since the database was away: ours until it answers again.
    _stranded: deque[DueJob] = field(default_factory=deque, init=False, repr=False)

    def claim_next(
        self, until: datetime | None = None, *, advancing: bool = False
    ) -> DueJob | None:
        """Claim the job that is due first, up to `until` (virtual; now unless set), or None.

        While the clock is being advanced only the one that advances it (`advancing`) gets any. Raises what
        `is_database_trouble` knows while the database is away.
        """
        self._free_stranded()
        with self.database.snapshot() as tx:
            if not advancing and _being_advanced(tx):
                return None
            if tx.scalar(_first_free(until or tx.now, Job.id)) is None:
                return None
        with self.database.transaction() as tx:
            if not advancing and _being_advanced(tx):
                return None
            first = _first_free(until or tx.now, Job.id).with_for_update(skip_locked=True)
            row = tx.execute(
                sa.update(Job)
                .where(Job.id == first.scalar_subquery())
                .values(claimed_by=process_identity(), claimed_until=machine_now() + CLAIM_LEASE)
                .returning(Job.id, Job.kind, Job.subject_id, Job.payload, Job.due_at, Job.tries)
            ).one_or_none()
        return DueJob(*row) if row else None

    def next_due(self, until: datetime) -> datetime | None:
        """When the free job that is due first, up to `until` (virtual), is due; None where none is."""
        with self.database.snapshot() as tx:
            return tx.scalar(_first_free(until, Job.due_at))

    def run(self, job: DueJob) -> None:
        """Call the handler; a job that raises is tried again later, never dropped."""
        with piece_of_work():
            try:
                self.handlers[job.kind](job)
                with self.database.transaction() as tx:
                    tx.execute(sa.delete(Job).where(Job.id == job.id))
            except SandboxWasResetError:
                log.info("job_of_an_older_epoch", job=job.id, kind=job.kind)
            except Exception:
                log.exception("job_failed", job=job.id, kind=job.kind, tries=job.tries)
                self._put_back_or_keep(job)

    def claimed_elsewhere(self) -> bool:
        """True while another living process or thread works on a job."""
        with self.database.snapshot() as tx:
            owners = tx.scalars(
                sa.select(Job.claimed_by).where(Job.claimed_until > machine_now()).distinct()
            ).all()
        return any(owner is not None and not is_dead(owner) for owner in owners)

    def void_dead_claims(self) -> None:
        """Free the jobs of processes that died in the middle; call when a worker starts."""
        with self.database.snapshot() as tx:
            owners = tx.scalars(
                sa.select(Job.claimed_by).where(Job.claimed_by.is_not(None)).distinct()
            ).all()
        dead = [owner for owner in owners if owner is not None and is_dead(owner)]
        if not dead:
            return
        with self.database.transaction() as tx:
            tx.execute(
                sa.update(Job)
                .where(Job.claimed_by.in_(dead))
                .values(claimed_by=None, claimed_until=None)
            )

    def _put_back_or_keep(self, job: DueJob) -> None:
        try:
            self._put_back(job)
        except SandboxWasResetError:
            log.info(
                "job_of_an_older_epoch", job=job.id, kind=job.kind
            )  # it is gone with all others
        except Exception as problem:
            if not is_database_trouble(problem):
                raise
            self._stranded.append(job)

    def _free_stranded(self) -> None:
        """Put back what could not be put back before; without this it would wait for its claim to lapse."""
        for _ in range(len(self._stranded)):
            self._put_back_or_keep(self._stranded.popleft())

    def _put_back(self, job: DueJob) -> None:
        with self.database.transaction() as tx:
            tx.execute(
                sa.update(Job)
                .where(
                    Job.id == job.id,
                    Job.claimed_by == process_identity(),
                    Job.tries == job.tries,
                )
                .values(
                    due_at=tx.now + retry_delay(job.tries),
                    tries=job.tries + 1,
                    claimed_by=None,
                    claimed_until=None,
                )
            )


def _first_free(until: datetime, column: InstrumentedAttribute[Value]) -> sa.Select[Value]:
    """A column of the unclaimed job that is due first."""
    free = sa.or_(Job.claimed_until.is_(None), Job.claimed_until < machine_now())
    query = sa.select(column).where(Job.due_at <= until, free)
    return query.order_by(Job.due_at, Job.id).limit(1)


def _being_advanced(tx: Transaction) -> bool:
    until_ms = tx.scalar(
        sa.select(VirtualClock.advancing_until_ms).where(VirtualClock.id == CLOCK_ROW)
    )
    return until_ms is not None and until_ms > to_ms(machine_now())
