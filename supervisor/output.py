"""What a program says on stdout: its announcement is taken in, everything else goes to stderr."""

import os
import selectors
import sys
from contextlib import suppress
from typing import IO

_READY = b"ready"


class Output:
    """The reading end of a program's stdout. `has_announced` once its ready line has come."""

    def __init__(self, pipe: IO[bytes], selector: selectors.BaseSelector) -> None:
        self.has_announced = False
        self._pipe = pipe
        self._selector = selector
        self._unfinished = b""
        os.set_blocking(pipe.fileno(), False)
        selector.register(pipe, selectors.EVENT_READ)

    def read(self) -> None:
        """Take in what has been written so far, without waiting for more."""
        if self._pipe.closed:
            return
        with suppress(BlockingIOError):
            while received := os.read(self._pipe.fileno(), 65536):
                *lines, self._unfinished = (self._unfinished + received).split(b"\n")
                for line in lines:
                    self._take(line)
            self.close()

    def close(self) -> None:
        """Stop reading: the program has closed its end, or has ended."""
        if not self._pipe.closed:
            self._selector.unregister(self._pipe)
            self._pipe.close()

    def _take(self, line: bytes) -> None:
        if not self.has_announced and line.split(b" ", 1)[0].strip() == _READY:
            self.has_announced = True
            return
        with suppress(OSError):  # nobody reads our stderr any more: no reason to stop
            sys.stderr.buffer.write(line + b"\n")
            sys.stderr.buffer.flush()
