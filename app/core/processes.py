"""Who we are among the machine's processes, so that work claimed by a dead one can be told."""

import os
import socket
from functools import cache
from pathlib import Path

_START_TIME_FIELD = 19  # of /proc/PID/stat, counted behind the command's closing bracket


@cache
def process_identity() -> str:
    """`host:pid:start`: unique even after the pid is used again."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def is_dead(identity: str) -> bool:
    """True where that process certainly runs no more; False for another host's."""
    host, pid, start = identity.rsplit(":", 2)
    return host == socket.gethostname() and _start_time(int(pid)) != start


def _start_time(pid: int) -> str:
    """The process's start in clock ticks since boot; empty where it doesn't run, `?` without /proc."""
    if not Path("/proc/self/stat").exists():
        return "?"
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[_START_TIME_FIELD]
