"""Waiting while saying nothing, in a way that a reset or the end of the world breaks off."""

import threading

HANG_SECONDS = 30.0
# Of an answer that drips, between two bytes: the shortest there is (a mailbox's, 20 bytes) takes 20 s.
DRIP_SECONDS = 1.0


class Silence:
    """Shared by every connection that is held."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._broken = threading.Event()
        self._over = False

    def begin(self) -> threading.Event:
        """Return what ends a silence that begins now; a request takes it before it acts."""
        with self._lock:
            return self._broken

    @staticmethod
    def keep(end: threading.Event, seconds: float = HANG_SECONDS) -> bool:
        """Hold still until the end or for so long (real seconds); return whether the end came."""
        return end.wait(seconds)

    def break_off(self, *, for_good: bool = False) -> None:
        """End every silence now; for good: those to come as well."""
        with self._lock:
            self._broken.set()
            self._over = self._over or for_good
            if not self._over:
                self._broken = threading.Event()
