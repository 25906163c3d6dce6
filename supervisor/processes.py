"""What the operating system knows of processes: when one started, which carry our mark, their end.

Reads /proc where there is one (Linux), and asks `ps` elsewhere.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_ON_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_END_PATIENCE_SECONDS = 5.0


def start_mark(pid: int) -> str | None:
    """Return what tells this process from any other that has had the pid, None where it is gone.

    On Linux the start in clock ticks since boot together with the boot's id; else ps's date.
    """
    if not _ON_LINUX:
        return _ps_start(pid)
    try:
        # The name in parentheses may hold anything; after it: state, ..., start time as the 20th.
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except (OSError, IndexError):
        return None
    is_dead = fields[0] in "ZX"
    return None if is_dead else f"{boot}/{fields[19]}"


def _ps_start(pid: int) -> str | None:
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - a fixed command
    return shown or None


def pids_with_environment(entry: str) -> list[int]:
    """Return the processes, other than this one, started with exactly this NAME=value."""
    wanted = entry.encode()
    found = []
    for folder in _PROC.glob("[0-9]*") if _ON_LINUX else ():
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue  # gone meanwhile, or somebody else's
        if wanted in environment.split(b"\0") and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def kill_and_wait(pids: Iterable[int]) -> None:
    """SIGKILL the processes and return when they are gone, or after some seconds of patience."""
    marks = {pid: start_mark(pid) for pid in pids}
    for pid in marks:
        send(os.kill, pid, signal.SIGKILL)
    deadline = time.monotonic() + _END_PATIENCE_SECONDS
    while time.monotonic() < deadline and any(
        mark is not None and start_mark(pid) == mark for pid, mark in marks.items()
    ):
        time.sleep(0.01)


def send(call: Callable[[int, int], None], target: int, number: int) -> None:
    """Send a signal by os.kill or os.killpg; a target that is gone already is no error."""
    # PermissionError is what macOS says of a group in which only zombies are left.
    with suppress(ProcessLookupError, PermissionError):
        call(target, number)


def parent_death_hook() -> Callable[[], None]:
    """Return what a child must call before exec, so that it is killed as soon as we are gone.

    Linux only; elsewhere the lifeline alone sees to it. Everything is looked up before the fork.
    """
    if not _ON_LINUX:
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def die_with_parent() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it went between the fork and the call
            os._exit(1)

    return die_with_parent
