"""The wallet that the tour visits: the programs of script/server, started as one child and ended with us."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOG_NAME = "demo.log"
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_READY = "ready "
_SAID_WHY = 1
"""The exit status of a server that gives up; any other means that a signal ended it."""


class NotStartedError(Exception):
    """The server ended before it was ready; what it had to say has been written to stderr."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at `url`. Its log lines would drown the tour: they go into a file."""

    url: str
    log: str
    process: "subprocess.Popen[str]"


@contextmanager
def running_server() -> Iterator[Server]:
    """Start the server and wait until it is ready; on the way out stop everything that it started.

    It takes its settings (PORT, WALLET_DATA_DIR, ...) from the environment, as script/server does.
    Raises NotStartedError.
    """
    with _open_log() as log:
        begun_at = log.tell()
        process = _start(log)
        try:
            url = _wait_until_ready(process)
            if url is None:
                log.seek(begun_at)
                _pass_on(log, process.returncode)
                raise NotStartedError
            yield Server(url, str(log.name), process)
        finally:
            _stop(process)


def _open_log() -> IO[str]:
    """The log in the data folder; an unnamed one where that folder is no good, which the server says."""
    folder = Path(os.environ.get("WALLET_DATA_DIR") or "var")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (folder / LOG_NAME).open("a+", encoding="utf-8", errors="replace")
    except OSError:
        return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def _start(log: IO[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "supervisor"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        # Safe between fork and exec: there is no second thread.
        preexec_fn=_follow_parent(),  # noqa: PLW1509
    )


def _wait_until_ready(process: "subprocess.Popen[str]") -> str | None:
    """The URL of the ready line, or None where the server has ended without one."""
    assert process.stdout is not None  # noqa: S101 - for the type checker
    line = process.stdout.readline()
    if line.startswith(_READY):
        return line.removeprefix(_READY).strip()
    process.wait()
    return None


def _pass_on(log: IO[str], status: int) -> None:
    """Say why the server has not started: in its own words, unless it was ended without any."""
    shutil.copyfileobj(log, sys.stderr)
    if status != _SAID_WHY:
        sys.stderr.write(f"script/demo: somebody ended the server (status {status}): try again\n")


def _stop(process: "subprocess.Popen[str]") -> None:
    for number in STOPPING_SIGNALS:  # it is stopping already: a second Ctrl-C must not cut it short
        signal.signal(number, signal.SIG_IGN)
    process.terminate()
    process.communicate()


def _follow_parent() -> Callable[[], None]:
    """What the child calls before exec, to be told to stop when we are gone without a word (Linux)."""
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def follow() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it went between the fork and the call
            os._exit(1)

    return follow
