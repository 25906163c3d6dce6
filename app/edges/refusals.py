"""Telling the simulated world that a connection was refused. Wired in the sandbox only.

A closed port learns of no attempt, so a fault that closes it for some attempts needs to be told.
"""

from app.edges.deadline import Limits
from app.edges.http import HttpExchange

_LIMITS = Limits(connect_seconds=0.5, total_seconds=1.0)


class RefusalReporter:
    """An `on_refused` for one target of the world whose control port is at `world_url`."""

    def __init__(self, world_url: str, target: str) -> None:
        self._http = HttpExchange(world_url, limits=_LIMITS)
        self._target = target

    def __call__(self) -> None:
        """Report one refusal."""
        # What comes back is not looked at, errors included: the call that was refused has its result
        # whether or not the world hears of it, and a world that is down has no ports to open.
        self._http.post("/refused", {"target": self._target})
