"""A folder with stand-ins for the wallet's programs, and the real supervisor started in it.

The stand-ins are real processes with the habits that matter here: the web server answers through a
worker process of its own, everything notes its pid and how it was told to stop.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 15.0

COMMON = """
import json, os, pathlib, signal, socket, sys, time

NAME = pathlib.Path(sys.argv[0]).parent.name + "." + pathlib.Path(sys.argv[0]).stem
FOLDER = pathlib.Path(os.environ.get("WORLD_DATA_DIR") or os.environ["WALLET_DATA_DIR"])

def note(what):
    with (FOLDER / "notes.log").open("a") as log:
        log.write(f"{what} {NAME} {os.getpid()}\\n")

def told_to_stop(*_):
    note("stopped")
    sys.exit(0)

signal.signal(signal.SIGTERM, told_to_stop)
(FOLDER / f"{NAME}.json").write_text(json.dumps(dict(os.environ)))
note("started")
"""

WORLD = """
listening = {}
for part in ("CONTROL", "GATEWAY", "BANK", "SMS", "SMTP"):
    port = os.environ.get(f"WORLD_{part}_PORT")
    if port is not None:
        one = listening[part.lower()] = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((os.environ["WORLD_HOST"], int(port)))
        one.listen()
print("ready", json.dumps({part: one.getsockname() for part, one in listening.items()}), flush=True)
if "STANDIN_TALKATIVE" in os.environ:
    print("the world says more", flush=True)
while True:
    signal.pause()
"""

UPGRADE = """
status = os.environ.get("STANDIN_UPGRADE_STATUS", "0")
if status != "0":
    print("the upgrade says what to do", file=sys.stderr)
note("finished")
sys.exit(int(status))
"""

WORKER = """
if os.environ.get("STANDIN_WORKER") == "fails":
    sys.exit(3)
print("ready", flush=True)
while True:
    signal.pause()
"""

SERVE = """
listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind((os.environ["WALLET_HOST"], int(os.environ["PORT"])))
listening.listen()
worker = os.fork()
if worker == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("serving")
    refusals = 3
    while True:
        connection, _ = listening.accept()
        connection.recv(4096)
        status = "503 Not Yet" if refusals > 0 else "200 OK"
        refusals -= 1
        connection.sendall(f"HTTP/1.1 {status}\\r\\nContent-Length: 0\\r\\n\\r\\n".encode())
        connection.close()
os.waitpid(worker, 0)
"""

PROGRAMS = {
    "world/__main__.py": WORLD,
    "app/upgrade.py": UPGRADE,
    "app/worker.py": WORKER,
    "app/serve.py": SERVE,
}


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; fail with what did not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody has collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@dataclass
class Server:
    """A supervisor under test, its data folder, and what it was started with."""

    process: subprocess.Popen[str]
    folder: Path
    errors: Path

    def ready_url(self) -> str:
        """Wait for the ready line and return its URL."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("ready "), f"{line!r}, and on stderr: {self.errors.read_text()}"
        return line.removeprefix("ready ").rstrip("\n")

    def recorded(self) -> dict[str, int]:
        """The pids in the record."""
        record = json.loads((self.folder / "server.json").read_text())
        return {name: process["pid"] for name, process in record["processes"].items()}

    def notes(self, what: str) -> list[tuple[str, int]]:
        """Who noted this, as (program, pid), in order."""
        log = self.folder / "notes.log"
        lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
        return [(name, int(pid)) for noted, name, pid in lines if noted == what]

    def environment_of(self, program: str) -> dict[str, str]:
        """The environment that a program found."""
        return dict(json.loads((self.folder / f"{program}.json").read_text()))

    def every_pid(self) -> set[int]:
        """Every process that this run is known to have had."""
        noted = {pid for what in ("started", "serving") for _, pid in self.notes(what)}
        return noted | set(self.recorded().values())

    def kill(self, pid: int) -> None:
        """SIGKILL one process."""
        os.kill(pid, signal.SIGKILL)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to the supervisor and return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


class House:
    """The stand-ins' folder. Servers that a test leaves running are ended with it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.servers: list[Server] = []
        for path, body in PROGRAMS.items():
            file = root / path
            file.parent.mkdir(exist_ok=True)
            (file.parent / "__init__.py").touch()
            file.write_text(textwrap.dedent(COMMON + body))

    def start(self, folder: str = "var", launcher: str = "", **environment: str) -> Server:
        """Start the supervisor on a data folder, on a port that it picks unless PORT is given.

        `launcher` is Python source to run instead of the package, for programs of one's own.
        """
        defaults = {"PORT": "0", "WALLET_DATA_DIR": folder, "PYTHONPATH": str(REPOSITORY)}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name != "PORT" and not name.startswith(("WALLET_", "WORLD_"))
        }
        errors = self.root / f"stderr-{len(self.servers)}.log"
        with errors.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, *(("-c", launcher) if launcher else ("-m", "supervisor"))],
                cwd=self.root,
                env=inherited | defaults | environment,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        server = Server(process, self.root / folder, errors)
        self.servers.append(server)
        return server

    def refusal(self, **environment: str) -> str:
        """Start a supervisor that must refuse: return its only line, having checked the rest."""
        server = self.start(**environment)
        output, _ = server.process.communicate(timeout=PATIENCE_SECONDS)
        assert (server.process.returncode, output) == (1, "")
        (line,) = server.errors.read_text().splitlines()
        return line

    def close(self) -> None:
        """End what still runs, also what a broken supervisor would have left behind."""
        for server in self.servers:
            server.process.kill()
            server.process.wait()
            assert server.process.stdout is not None
            server.process.stdout.close()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink() == self.root:
                    os.kill(int(process.name), signal.SIGKILL)


def is_listening(address: str) -> bool:
    """Whether host:port of the loopback address takes a connection."""
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError:
        return False
    return True


def status_of(url: str) -> int:
    """The HTTP status at a URL of the loopback address; 0 where nobody listens."""
    host, _, port = url.removeprefix("http://").partition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=2) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            return int(connection.recv(100).split()[1])
    except (OSError, IndexError):
        return 0
