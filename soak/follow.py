"""Becomes another program that the kernel ends as soon as we are gone: run by its path, before the command.

    python -I -S follow.py PARENT SIGNAL UID GID COMMAND ...

It does between fork and exec what `preexec_fn` would do, without forking a process that has threads. UID and GID are -1
where the user stays the same. Linux only; elsewhere the command just runs.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

SAME_USER = (-1, -1)
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def following(
    command: Sequence[str | Path],
    ending: signal.Signals,
    identity: tuple[int, int] = SAME_USER,
) -> list[str]:
    """The command line that runs `command` so that it gets `ending` when our process is gone.

    Must be started by the main thread: the kernel goes by the thread that forks. `identity` is (uid, gid).
    """
    numbers = (os.getpid(), int(ending), *identity)
    follow = [sys.executable, "-I", "-S", __file__, *map(str, numbers)]
    return [*follow, *map(str, command)]


def main(parent: int, ending: int, uid: int, gid: int, command: list[str]) -> None:
    """Take the identity, ask the kernel for the signal, and become the command."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":  # after the change of user, which would take it back
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ending, 0, 0, 0)
        if os.getppid() != parent:  # it went before the kernel was asked
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    _parent, _ending, _uid, _gid = map(int, sys.argv[1:5])
    main(_parent, _ending, _uid, _gid, sys.argv[5:])
