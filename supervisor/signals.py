"""Signals as events: they wake the supervisor's wait, and it looks at them when it is ready to."""

import os
import selectors
import signal
from contextlib import suppress
from types import FrameType


class Signals:
    """Turns a signal to stop into `stop_asked`, and wakes the selector for that and for SIGCHLD."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self.stop_asked = False
        self._reading, writing = os.pipe()
        for end in (self._reading, writing):
            os.set_blocking(end, False)
        selector.register(self._reading, selectors.EVENT_READ)
        # Python writes each signal's number there, so one that comes just before a wait ends it.
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, self._only_wake)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup stays in force
            signal.signal(signal.SIGHUP, self._ask_to_stop)

    def drain(self) -> None:
        """Forget the wake-ups so far; to be called before looking at what they may be about."""
        with suppress(BlockingIOError):
            while os.read(self._reading, 512):
                pass

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_asked = True

    def _only_wake(self, _number: int, _frame: FrameType | None) -> None:
        """Do nothing: the wake-up is all that is wanted."""
