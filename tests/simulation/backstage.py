"""What goes on behind the customers: workers that run jobs, the network's late deliveries, and the clock's jumps."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.core.clock import VirtualClock, machine_now, to_ms
from app.core.database import Database
from app.core.jobs import DueJob, Handler, JobQueue
from app.factory import Wallet
from app.payments.operations.hear_outcome import hear_outcome
from tests.simulation.outside import Line
from tests.simulation.scheduler import Crashed, Scheduler

HEARD_ONCE = 0.7  # the others are delivered again
JUMPS_SECONDS = (4, 7, 12, 25, 60, 400, 2_400, 8_000, 90_000)


@dataclass
class Backstage:
    """Everything that goes on while `open_` says that somebody is still there."""

    wallet: Wallet
    scheduler: Scheduler
    line: Line
    randomness: random.Random
    open_: Callable[[], bool]

    def work(self) -> None:
        """A worker's hand: claim, run, look again. A new life of its process begins with voiding dead claims."""
        scheduler, process, life = self.scheduler, self.scheduler.machine.worker, 0
        while self.open_():
            scheduler.wait_for(process)
            busy = False
            try:
                with scheduler.inside(process):
                    if life != process.life:
                        self.wallet.jobs.void_dead_claims()
                        life = process.life
                    busy = self._run_next()
            except Crashed:
                scheduler.trace.note("the worker's hand is dead")
            except SQLAlchemyError:
                scheduler.trace.note("the worker waits for the database")
            if not busy:
                scheduler.sleep(self.randomness.uniform(0.5, 7.0))

    def deliver(self) -> None:
        """The network: late requests arrive."""
        while self.open_():
            self.scheduler.sleep(self.randomness.uniform(1, 15))
            self.line.deliver_late(self.scheduler.machine.now)

    def call_back(self) -> None:
        """Callbacks come in any order, some twice; one that met a dead process or database comes again."""
        while self.open_():
            self.scheduler.sleep(self.randomness.uniform(1, 12))
            if self.line.notices:
                self._call_back_one()

    def _call_back_one(self) -> None:
        scheduler, notices = self.scheduler, self.line.notices
        told = self.randomness.choice(notices)
        scheduler.wait_for(scheduler.machine.wallet)
        try:
            with scheduler.inside(scheduler.machine.wallet):
                hear_outcome(self.wallet.payments, told.notice, at_bank=told.at_bank)
        except (Crashed, SQLAlchemyError):
            return
        scheduler.trace.note(f"callback {told.notice.reference}: {told.notice.finding.state}")
        if self.randomness.random() < HEARD_ONCE and told in notices:
            notices.remove(told)

    def jump(self, jumps: int) -> None:
        """The virtual clock is advanced, without running what became due on the way."""
        for _ in range(jumps):
            self.scheduler.sleep(self.randomness.uniform(0, 25))
            seconds = self.randomness.choice(JUMPS_SECONDS)
            self.scheduler.trace.note(f"the clock jumps by {seconds} s")
            move_clock(self.wallet.database, timedelta(seconds=seconds))

    def _run_next(self) -> bool:
        job = self.wallet.jobs.claim_next()
        if job is None:
            return False
        due = self.scheduler.trace.moment(job.due_at)
        self.scheduler.trace.note(f"runs {job.kind} {job.subject_id} due {due}")
        self.wallet.jobs.run(job)
        return True


def move_clock(database: Database, by: timedelta) -> None:
    """Advance the virtual clock."""
    with Database.transaction(database, moves_clock=True) as tx:
        offset = VirtualClock.offset_ms + by // timedelta(milliseconds=1)
        tx.execute(sa.update(VirtualClock).values(offset_ms=offset))


def move_clock_to(database: Database, moment: datetime) -> None:
    """Advance the virtual clock to a moment; never back."""
    offset = to_ms(moment) - to_ms(machine_now())
    with Database.transaction(database, moves_clock=True) as tx:
        tx.execute(
            sa.update(VirtualClock).where(VirtualClock.offset_ms < offset).values(offset_ms=offset)
        )


class WatchedJobs:
    """Notes what handlers raise: a queue tries again whatever it was, so a mistake of ours would go unseen."""

    def __init__(self, queue: JobQueue) -> None:
        self.mistakes: list[str] = []
        queue.handlers = {kind: self._watched(it) for kind, it in queue.handlers.items()}

    def _watched(self, handler: Handler) -> Handler:
        def run(job: DueJob) -> None:
            try:
                handler(job)
            except OperationalError:
                raise  # the weather's
            except Exception as mistake:
                self.mistakes.append(f"{job.kind}: {type(mistake).__name__}: {mistake}")
                raise

        return run
