"""Sends SIGKILL by the schedule, and starts again what nobody else would."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from soak import strikes
from soak.strikes import Strike
from soak.system import System, until

_TARGET_PATIENCE_SECONDS = 15.0


@dataclass(slots=True)
class Killer:
    """Works in the main thread, since what it starts must end with it.

    `kills` counts by target, `missed` the targets that were not there in time.
    """

    system: System
    tell: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)
    missed: int = 0

    def run(self, schedule: list[Strike], seconds: float) -> None:
        """Strike at each moment of the schedule and return when the time is over.

        A strike that is late, since what it is meant for was being started, moves nothing but itself.
        """
        began = time.monotonic()
        for strike in schedule:
            time.sleep(max(0.0, began + strike.at - time.monotonic()))
            self.strike(strike)
        time.sleep(max(0.0, began + seconds - time.monotonic()))

    def strike(self, strike: Strike) -> None:
        """Kill its targets together, then, after a while, start PostgreSQL and the supervisor where they were hit."""
        found = {target: self._find(target) for target in strike.targets}
        hit = [
            target for target, pid in found.items() if pid is not None and self._kill(target, pid)
        ]
        self.kills.update(hit)
        self.missed += len(strike.targets) - len(hit)
        self.tell(f"killed {', '.join(hit) or 'nothing'}")
        if strikes.POSTMASTER in hit or strikes.SUPERVISOR in hit:
            time.sleep(strike.down_seconds)
        if strikes.POSTMASTER in hit and self.system.postgres is not None:
            self.system.postgres.start()
        if strikes.SUPERVISOR in hit:
            self.system.restart()

    def _find(self, target: str) -> int | None:
        """The target's process; one that is just being started again is waited for."""
        until(lambda: self.system.pid_of(target) is not None, _TARGET_PATIENCE_SECONDS)
        return self.system.pid_of(target)

    def _kill(self, target: str, pid: int) -> bool:
        if target == strikes.POSTMASTER and self.system.postgres is not None:
            self.system.postgres.kill()
            return True
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True
