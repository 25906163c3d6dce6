"""Who goes on at each switch point. Every client is a thread, but only the one with the baton runs.

At a switch point the running strand draws from the seed: it may be killed with its process, some time passes, and
another strand may get the baton. So the interleaving is a function of the seed, whatever threads do by themselves.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation.machine import REAL_SLEEP, Machine, Process
from tests.simulation.trace import Trace

LONGEST_REAL_RUN_SECONDS = 60
MOST_STEPS = 20_000
LONGEST_STEP_MS = 12
LONGEST_OUTAGE_SECONDS = 6.0
STALLS_SECONDS = (1, 3, 6, 11, 17, 40, 80)  # below and above every deadline and lease


class Crashed(BaseException):
    """The process in which this code ran was killed. No `except Exception` may survive that."""


@dataclass(eq=False)
class Strand:
    """A logical client: its thread, the process it is in at the moment, and until when it sleeps."""

    name: str
    body: Callable[[], None]
    baton: threading.Lock = field(default_factory=threading.Lock)
    inside: Process | None = None
    life: int = 0
    asleep_until: datetime | None = None
    in_transaction: bool = False
    over: bool = False

    @property
    def doomed(self) -> bool:
        """Whether the process around it has been killed."""
        return self.inside is not None and self.inside.life != self.life

    def ready(self, now: datetime) -> bool:
        """Whether it could go on now."""
        return self.doomed or self.asleep_until is None or self.asleep_until <= now


@dataclass
class Odds:
    """How likely what is at each switch point, from 0 to 1."""

    switch: float
    crash: float
    stall: float


class Scheduler:
    """Runs strands by turns; `odds` may change while it runs."""

    def __init__(
        self, randomness: random.Random, machine: Machine, trace: Trace, odds: Odds
    ) -> None:
        self.machine = machine
        self.trace = trace
        self.odds = odds
        self.crashes = 0
        self._random = randomness
        self._strands: list[Strand] = []
        self._threads: dict[int, Strand] = {}
        self._finished = threading.Event()
        self._failure: BaseException | None = None
        self._steps = 0
        self._main = threading.get_ident()

    def add(self, name: str, body: Callable[[], None]) -> None:
        """A strand that begins when `run` is called."""
        self._strands.append(Strand(name, body))

    def run(self) -> None:
        """Run all strands to their ends. Raises what any of them raised, and AssertionError where they are stuck."""
        for strand in self._strands:
            strand.baton.acquire()
            thread = threading.Thread(target=self._live, args=(strand,), daemon=True)
            thread.start()
        self._pass_on()
        if not self._finished.wait(LONGEST_REAL_RUN_SECONDS):
            raise AssertionError("the simulation is stuck")
        if self._failure is not None:
            raise self._failure

    @property
    def steps(self) -> int:
        """How many switch points were passed."""
        return self._steps

    def here(self) -> Strand | None:
        """The strand that calls this, None outside of a run."""
        return self._threads.get(threading.get_ident())

    def process_here(self) -> Process:
        """The process that the caller is part of; what comes after the run counts as the worker's."""
        strand = self.here()
        return (strand.inside if strand else None) or self.machine.worker

    @contextmanager
    def inside(self, process: Process) -> Iterator[None]:
        """What happens in here dies with that process, as Crashed."""
        strand = self.here()
        if strand is None:  # before and after the run nobody dies
            yield
            return
        strand.inside, strand.life = process, process.life
        try:
            yield
        finally:
            strand.inside, strand.in_transaction = None, False

    def pause(self, label: str, *, may_die: bool = True) -> None:
        """A switch point. Raises Crashed where the process around the caller is, or was, killed."""
        strand = self.here()
        if strand is None:
            return
        self.live_or_die(f"at {label}", may_die=may_die)
        if strand.in_transaction:
            return
        self.machine.pass_seconds(self._random.randint(0, LONGEST_STEP_MS) / 1000)
        if self._random.random() < self.odds.stall:
            self._stall(label)
        elif self._random.random() < self.odds.switch:
            self._switch(strand)

    def live_or_die(self, where: str, *, may_die: bool = True) -> None:
        """Perhaps the caller's process is killed here. Raises Crashed where it is, or was before."""
        strand = self.here()
        if strand is None:
            return
        self._count_step()
        if strand.doomed:
            raise Crashed
        if may_die and strand.inside and self._random.random() < self.odds.crash:
            self.kill(strand.inside, where)
            raise Crashed

    def kill(self, process: Process, where: str) -> None:
        """SIGKILL: every strand inside it ends there when it gets its next turn."""
        self.crashes += 1
        outage = self._random.uniform(0.2, LONGEST_OUTAGE_SECONDS)
        process.kill(self.machine.now + timedelta(seconds=outage))
        self.trace.note(f"*** {process.name} is killed {where}, back in {outage:.1f} s")

    def sleep(self, seconds: float) -> None:
        """Let the caller sleep in simulated time; others go on meanwhile. Raises Crashed."""
        strand = self.here()
        if strand is None:
            self._sleep_offstage(seconds)
            return
        self._count_step()
        strand.asleep_until = self.machine.now + timedelta(seconds=seconds)
        self._switch(strand)
        strand.asleep_until = None
        if strand.doomed:
            raise Crashed

    def wake(self, strand: Strand) -> None:
        """End a strand's sleep now."""
        strand.asleep_until = None

    def wait_for(self, process: Process) -> None:
        """Sleep until the process runs; whoever notices first starts it."""
        while process.up_at is not None:
            rest = (process.up_at - self.machine.now).total_seconds()
            if rest > 0:
                self.sleep(rest)
            else:
                process.up_at = None
                self.trace.note(f"{process.name} is up again")

    def _stall(self, label: str) -> None:
        """The machine leaves the caller out for a while, as a busy one does; nothing may depend on being quick."""
        seconds = self._random.choice(STALLS_SECONDS)
        self.trace.note(f"stalls at {label} for {seconds} s")
        self.sleep(seconds)

    def _sleep_offstage(self, seconds: float) -> None:
        if threading.get_ident() == self._main:
            self.machine.pass_seconds(seconds)
        else:  # a thread that is none of the simulation's
            REAL_SLEEP(seconds)

    def _live(self, strand: Strand) -> None:
        self._threads[threading.get_ident()] = strand
        strand.baton.acquire()
        try:
            if self._failure is None:
                strand.body()
        except BaseException as failure:
            self._failure = self._failure or failure
        finally:
            strand.over = True
            self._pass_on()

    def _switch(self, strand: Strand) -> None:
        self._pass_on()
        strand.baton.acquire()
        if self._failure is not None:
            raise Crashed

    def _pass_on(self) -> None:
        """Give the baton to a strand that is ready, letting time pass until one is."""
        alive = [strand for strand in self._strands if not strand.over]
        if not alive:
            self._finished.set()
            return
        ready = [strand for strand in alive if strand.ready(self.machine.now)]
        if not ready:
            self.machine.move_to(min(it.asleep_until for it in alive if it.asleep_until))
            ready = [strand for strand in alive if strand.ready(self.machine.now)]
        chosen = ready[0] if self._failure else self._random.choice(ready)
        self.trace.strand = chosen.name
        chosen.baton.release()

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise AssertionError("the simulation does not come to an end")
