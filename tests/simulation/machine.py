"""The simulated computer: its clock stands still until the schedule moves it, and its processes die when it says so.

Only what the operating system would answer is replaced: the time, `sleep`, and which processes are alive. Ids are left
alone: a process hands them out in ascending order whatever the time is, so rows sort the same in every run.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from unittest import mock

import time_machine

Sleep = Callable[[float], None]


class Process:
    """A process of ours that can be killed and comes back; `life` counts its lives."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.life = 1
        self.up_at: datetime | None = None  # None: it runs

    @property
    def identity(self) -> str:
        """As app.core.processes tells processes apart: host, pid, start."""
        return f"simulated:{self.name}:{self.life}"

    def kill(self, up_at: datetime) -> None:
        """End this life; the next one begins at `up_at`."""
        self.life += 1
        self.up_at = up_at


class Machine:
    """Time in steps, and two processes: the one that serves requests and the one that runs jobs."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.now = start
        self.wallet = Process("wallet")
        self.worker = Process("worker")
        self._clock: time_machine.Traveller | None = None

    @property
    def processes(self) -> tuple[Process, Process]:
        """Both of them."""
        return self.wallet, self.worker

    def move_to(self, moment: datetime) -> None:
        """Let time pass until then; never back."""
        self.now = max(self.now, moment)
        if self._clock is not None:
            self._clock.move_to(self.now)

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.move_to(self.now + timedelta(seconds=seconds))

    def is_dead(self, identity: str) -> bool:
        """Whether a claim's owner lives no more."""
        return identity not in {process.identity for process in self.processes}

    def seconds(self) -> float:
        """The time as a number, for what measures waiting."""
        return self.now.timestamp()

    @contextmanager
    def running(self, sleep: Sleep, current: Callable[[], Process]) -> Iterator[None]:
        """Be the computer that the wallet runs on; `current` is the process that the caller is part of."""
        with ExitStack() as stack:
            self._clock = stack.enter_context(time_machine.travel(self.now, tick=False))
            for target, stand_in in (
                ("time.sleep", sleep),
                ("app.auth.doors.time.monotonic", self.seconds),
                ("app.core.jobs.process_identity", lambda: current().identity),
                ("app.core.jobs.is_dead", self.is_dead),
            ):
                stack.enter_context(mock.patch(target, stand_in))
            try:
                yield
            finally:
                self._clock = None


REAL_SLEEP = time.sleep
