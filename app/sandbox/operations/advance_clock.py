"""Moves virtual time forward and runs what becomes due on the way, each job at its own moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.clock import CLOCK_ROW, VirtualClock
from app.core.errors import BUSY, VALIDATION_FAILED, Refusal, field_problem
from app.core.jobs import DueJob
from app.sandbox.clock_lease import RETRY_AFTER_SECONDS, ClockLease, hold_clock
from app.sandbox.operations import SandboxDependencies
from app.sandbox.rules import MOST_AHEAD, MOST_STEPS


@dataclass(frozen=True, slots=True)
class Wish:
    """How far: by so many `seconds`, or `to` a moment; exactly one is set."""

    seconds: int | None = None
    to: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the clock shows, and the jobs that ran, in order."""

    now: datetime
    offset_ms: int
    ran: Sequence[DueJob] = ()


def advance_clock(deps: SandboxDependencies, wish: Wish) -> ClockReading:
    """Step to each `due_at` up to the moment wished for, jobs created on the way included, then stand there.

    Two at once come one after the other. The world's books are told the time before a job runs. Raises
    VALIDATION_FAILED for a moment that is past or over ten years ahead, and BUSY where the world is out of reach,
    where others don't finish in time, or after 10,000 jobs: the clock then stands at the last step, and the call can be
    sent again.
    """
    with hold_clock(deps.database, deps.jobs) as lease:
        target, target_offset_ms = _target(lease, wish)
        ran: list[DueJob] = []
        _run_until(deps, lease, target, ran)
        _step(deps, lease, max(lease.offset_ms, target_offset_ms))
        _run_until(deps, lease, target, ran)  # what the last jobs left for "now"
        return ClockReading(lease.now, lease.offset_ms, ran)


def _run_until(
    deps: SandboxDependencies, lease: ClockLease, target: datetime, ran: list[DueJob]
) -> None:
    """Run every job that is due by `target`, or by now where the jobs themselves took longer."""
    while (due_at := deps.jobs.next_due(max(target, lease.now))) is not None:
        if len(ran) == MOST_STEPS:
            raise BUSY(retry_after=RETRY_AFTER_SECONDS)
        _step(deps, lease, lease.offset_for(due_at))
        job = deps.jobs.claim_next(advancing=True)
        if job is not None:
            deps.jobs.run(job)
            ran.append(job)


def read_clock(deps: SandboxDependencies) -> ClockReading:
    """What the clock shows now."""
    with deps.database.snapshot() as tx:
        return ClockReading(tx.now, tx.get_one(VirtualClock, CLOCK_ROW).offset_ms)


def _target(lease: ClockLease, wish: Wish) -> tuple[datetime, int]:
    """The moment up to which jobs run, and the offset at the end."""
    now = lease.now
    pointer = "/seconds" if wish.to is None else "/to"
    target = wish.to if wish.to is not None else now + timedelta(seconds=wish.seconds or 0)
    if target < now:
        raise _refused(pointer)
    offset_ms = (
        lease.offset_for(target)
        if wish.seconds is None
        else lease.offset_ms + wish.seconds * 1000  # exactly so much, however long the jobs took
    )
    if timedelta(milliseconds=offset_ms) > MOST_AHEAD:
        raise _refused(pointer)
    return target, offset_ms


def _refused(pointer: str) -> Refusal:
    return VALIDATION_FAILED(errors=[field_problem(pointer, "invalid_value")])


def _step(deps: SandboxDependencies, lease: ClockLease, offset_ms: int) -> None:
    if offset_ms > lease.offset_ms:
        deps.world.set_clock(offset_ms)
    lease.move_to(offset_ms)
