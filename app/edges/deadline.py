"""A total deadline over a blocking conversation on a socket, whatever the pace of the other side.

Time-outs of single reads do not add up to one: an answer that drips a byte a second never trips them.
"""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for connecting, and for the whole call, connecting included (contract, section 10)."""

    connect_seconds: float = 2.0
    total_seconds: float = 8.0


class Deadline:
    """Shuts the guarded socket down when the time is up, which ends the read that waits on it.

    It holds a descriptor of its own for the socket, so it can never hit another connection that has
    got the same number in the meantime.
    """

    def __init__(self, total_seconds: float) -> None:
        self._begun = time.monotonic()
        self._total_seconds = total_seconds
        self._socket: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self.passed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._socket is not None:
            self._socket.close()

    @property
    def remaining_seconds(self) -> float:
        """What is left; below zero when it is over."""
        return self._begun + self._total_seconds - time.monotonic()

    @property
    def elapsed_ms(self) -> int:
        """Real time since the call began."""
        return round((time.monotonic() - self._begun) * 1000)

    def guard(self, connected: socket.socket) -> None:
        """Watch a socket that has just connected. Call it once."""
        self._socket = connected.dup()
        self._timer = threading.Timer(max(self.remaining_seconds, 0), self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):  # it may be closed already: then nobody waits on it
                self._socket.shutdown(socket.SHUT_RDWR)
