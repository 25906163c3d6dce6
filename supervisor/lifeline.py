"""A process that outlives the supervisor just long enough to end what it started.

It holds the reading end of a pipe. When the supervisor is gone, however it went, the pipe ends, and
every process group that was named to it is killed: grandchildren too, such as the web server's own
workers, and where the kernel knows no parent-death signal. The process runs this file by its path,
without the site packages, to be up in a few milliseconds; so it imports nothing of ours.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress


class Lifeline:
    """The supervisor's end: it names the process groups that must not outlive it.

    `mark` goes into the process's environment (see record.py).
    """

    def __init__(self, mark: Mapping[str, str]) -> None:
        self._environment = os.environ | mark
        self._groups: set[int] = set()
        self._process = self._start()

    @property
    def pid(self) -> int:
        """The process that would do it."""
        return self._process.pid

    def add(self, group: int | None) -> None:
        """A group has begun."""
        if group is not None:
            self._groups.add(group)
            self._tell("+", group)

    def discard(self, group: int | None) -> None:
        """A group has ended: its number may soon be somebody else's."""
        if group is not None:
            self._groups.discard(group)
            self._tell("-", group)

    def ensure_alive(self) -> bool:
        """Start the process again if it has died; True if that was so."""
        if self._process.poll() is None:
            return False
        self._process = self._start()
        for group in self._groups:
            self._tell("+", group)
        return True

    def close(self) -> None:
        """Let the process go, and wait until it has gone."""
        self._process.communicate()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            bufsize=0,
            env=self._environment,
            start_new_session=True,
        )

    def _tell(self, sign: str, group: int) -> None:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        with suppress(BrokenPipeError):  # it was killed: ensure_alive() is about to notice
            self._process.stdin.write(f"{sign}{group}\n".encode("ascii"))


def outlive(lines: Iterable[str]) -> None:
    """Follow what the supervisor says until it is gone, then kill the groups that remain."""
    groups: set[int] = set()
    for line in lines:
        (groups.add if line.startswith("+") else groups.discard)(int(line[1:]))
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    outlive(sys.stdin)
