"""The wallet under fire: the programs of script/server on a folder of their own, and what is known of their processes.

Only processes that this soak has started are ever signalled: they are found by the record of the supervisor that we
started and below PostgreSQL's postmaster, which is ours too.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from soak import strikes
from soak.customers import NoAnswerError
from soak.follow import following
from soak.postgres import PostgresServer
from soak.wire import Wire

ROOT = Path(__file__).parents[1]
LOG_NAME = "server.log"
_READY_SECONDS = 60.0
_STOP_SECONDS = 60.0
_AGAIN_SECONDS = 0.05
# Names in the supervisor's record.
_RECORDED = {
    strikes.WALLET: "wallet",
    strikes.JOB_WORKER: "worker",
    strikes.WORLD: "world",
    strikes.SUPERVISOR: "supervisor",
}


class NotStartedError(Exception):
    """The server did not come up; the message holds its last words."""


class System:
    """One server on `folder`, on SQLite or on the PostgreSQL that is given. `starts` counts the supervisor's."""

    def __init__(self, folder: Path, postgres: PostgresServer | None) -> None:
        self.folder = folder
        self.postgres = postgres
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """`script/server` without its set-up; returns when it is ready. Raises NotStartedError."""
        log = (self.folder / LOG_NAME).open("ab")
        with log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                following([sys.executable, "-m", "supervisor"], signal.SIGTERM),
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.starts += 1
        if not self._says_ready(self._process):
            self.stop()
            raise NotStartedError((self.folder / LOG_NAME).read_text(errors="replace")[-2000:])

    def stop(self) -> int:
        """SIGTERM, and the exit status; whatever does not end by it is killed."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            self._process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        status, self._process = self._process.returncode, None
        return status

    def restart(self) -> None:
        """After the supervisor was killed: the same command on the same folder."""
        if self._process is not None:
            self._process.communicate()
            self._process = None
        self.start()

    def pid_of(self, target: str) -> int | None:
        """The process that is meant by a target, one of strikes.py; None where it does not run at the moment."""
        if target == strikes.POSTMASTER:
            return None if self.postgres is None else self.postgres.pid
        if target == strikes.BACKEND:
            return self._backend()
        if target == strikes.SUPERVISOR:
            return None if self._process is None else self._process.pid
        if target == strikes.WEB_WORKER:
            return _last(_children(self._recorded("wallet")))
        return self._recorded(_RECORDED[target])

    def is_well(self) -> bool:
        """Whether the wallet reaches its database, and the world answers."""
        wire = Wire(self.url, seconds=5)
        try:
            ready, world = (
                wire.send("GET", path).status for path in ("/readyz", "/sandbox/v1/faults")
            )
            return ready == world == 200
        finally:
            wire.close()

    def await_well(self, seconds: float = _READY_SECONDS) -> None:
        """Return when all is well again. Raises NoAnswerError."""
        if not until(self.is_well, seconds):
            raise NoAnswerError(f"not well again after {seconds:.0f} s: see {LOG_NAME}")

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        database = {} if self.postgres is None else {"WALLET_DATABASE_URL": self.postgres.url()}
        return kept | database | {"PORT": str(self.port), "WALLET_DATA_DIR": str(self.folder)}

    def _says_ready(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            spoke = bool(selector.select(_READY_SECONDS))
        return spoke and process.stdout.readline().startswith(b"ready ")

    def _recorded(self, name: str) -> int | None:
        """The pid in the supervisor's record, if it is a process of the supervisor that we started."""
        with suppress(OSError, ValueError):
            record = json.loads((self.folder / "server.json").read_text())
            pid = record["processes"].get(name, {}).get("pid")
            ours = self._process is not None and pid in _children(self._process.pid)
            return int(pid) if ours else None
        return None

    def _backend(self) -> int | None:
        postmaster = None if self.postgres is None else self.postgres.pid
        serving = [pid for pid in _children(postmaster) if b"[local]" in _command(pid)]
        return _last(serving)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for something to become true; False where it did not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_AGAIN_SECONDS)
    return True


def _children(pid: int | None) -> list[int]:
    """The living children of a process, by pid (Linux's /proc)."""
    if pid is None:
        return []
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(folder.name))
    return sorted(found)


def _command(pid: int) -> bytes:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def _last(pids: list[int]) -> int | None:
    return pids[-1] if pids else None


def _free_port() -> int:
    """A free port below those from which the kernel takes the local ends of connections (Linux: 32768 up)."""
    for port in range(11_000 + os.getpid() % 8_000, 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise NotStartedError("no free port below 32000")
