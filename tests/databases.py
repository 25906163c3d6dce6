"""Fresh, migrated databases for tests, on SQLite and on a real PostgreSQL.

One DatabaseRun per test run, in the process that controls it; its `folder` is all that the workers
of pytest-xdist need to know. Each process makes its own Databases from the folder:

    def pytest_configure(config):
        if not hasattr(config, "workerinput"):
            config.stash[RUN] = DatabaseRun()

    def pytest_configure_node(node):  # pytest-xdist, in the controller
        node.workerinput["databases"] = str(node.config.stash[RUN].folder)

    def pytest_terminal_summary(terminalreporter, config):
        terminalreporter.write_line(f"databases: {config.stash[RUN].summary()}")

    def pytest_unconfigure(config):
        if RUN in config.stash:
            config.stash[RUN].stop()

The migration is the caller's: a function that is given the URL of an empty database. It runs once
per run and kind; every later database is a copy of its result, or on PostgreSQL, where a copy takes
long, one that was used before and is as it was again (recycling.py).
"""

import fcntl
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests import recycling
from tests.postgres import PREFIX

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
_STOP_SECONDS = 30.0
_USES = 50  # of one database: what was deleted from it is only marked as such


class DatabaseRun:
    """What one test run's databases share: a folder, and the keeper of a PostgreSQL server.

    The server is started when the first database on it is wanted, and ends with stop() or with the
    process that made this, however that ends. `durable` keeps fsync on.
    """

    def __init__(self, *, durable: bool = False) -> None:
        # Not below TMPDIR: the path of a Unix socket may be no longer than some 100 bytes.
        parent = "/tmp" if os.access("/tmp", os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self.folder.chmod(0o711)  # the server's own user must find its way
        self._keeper = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.postgres",
                self.folder,
                "durable" if durable else "volatile",
            ],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._keeper.stdout is not None
        assert self._keeper.stdout.readline() == b"listening\n"

    def summary(self) -> str:
        """Which databases this run has used, for the end of the report."""
        used = f"SQLite {sqlite3.sqlite_version}"
        if not any(self.folder.glob("postgresql-*")):
            return f"{used}; no test asked for PostgreSQL"
        address = postgres_address(self.folder)
        return f"{used}, PostgreSQL {address['version']} from {address['from']}"

    def stop(self) -> None:
        """End the server, where there is one, and remove every database."""
        self._keeper.communicate(timeout=_STOP_SECONDS)


class Databases:
    """Makes databases in a run's folder. `migrate` brings an empty one to the schema of today."""

    def __init__(self, folder: Path, migrate: Callable[[str], None]) -> None:
        self._folder = folder
        self._migrate = migrate
        self._used: dict[str, int] = {}
        self._spare: list[str] = []

    @contextmanager
    def fresh(self, kind: Kind) -> Iterator[str]:
        """The URL of a migrated database of one's own; nothing that is done to it is ever seen again."""
        url = self._spare.pop() if kind == "postgresql" and self._spare else self.create(kind)
        try:
            yield url
        finally:
            self._take_back(url)

    def create(self, kind: Kind) -> str:
        """Make a migrated database and return its URL (`sqlite:///…` or `postgresql://…`)."""
        return self._copy(kind, self._template(kind))

    def create_empty(self, kind: Kind) -> str:
        """Make a database without any schema, for tests of the migration itself."""
        return self._empty(kind, f"empty_{uuid.uuid4().hex}")

    def _take_back(self, url: str) -> None:
        uses = self._used.pop(url, 0) + 1
        if url.startswith("postgresql") and uses < _USES and recycling.restore(url):
            self._used[url] = uses
            self._spare.append(url)
        else:
            self.drop(url)

    def drop(self, url: str) -> None:
        """Remove a database, also while somebody is still connected to it."""
        if url.startswith("sqlite"):
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{sqlite_path(url)}{suffix}").unlink(missing_ok=True)
        else:
            name = urlsplit(url).path.removeprefix("/")
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _template(self, kind: Kind) -> str:
        """Return the name of the migrated template, made by whoever comes first."""
        done = self._folder / f"template-{kind}"
        with (self._folder / f"template-{kind}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                # A new name each time: a migration that failed leaves a half-made one behind.
                name = f"template_{uuid.uuid4().hex}"
                self._migrate(self._empty(kind, name))
                self._seal(kind, name)
                done.write_text(name)
            return done.read_text()

    def _empty(self, kind: Kind, name: str) -> str:
        if kind == "postgresql":
            self._administer("CREATE DATABASE {}", name)
        return self._url(kind, name)

    def _seal(self, kind: Kind, name: str) -> None:
        """See to it that the copies are whole: nothing in a side file, nobody connected."""
        if kind == "postgresql":
            recycling.remember(self._url(kind, name))
            self._administer("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
            return
        connection = sqlite3.connect(sqlite_path(self._url(kind, name)))
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def _copy(self, kind: Kind, template: str) -> str:
        name = f"test_{uuid.uuid4().hex}"
        if kind == "postgresql":
            self._administer("CREATE DATABASE {} TEMPLATE {}", name, template)
        else:
            source = sqlite_path(self._url(kind, template))
            shutil.copyfile(source, source.with_name(f"{name}.db"))
        return self._url(kind, name)

    def _url(self, kind: Kind, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        address = postgres_address(self._folder)
        return f"postgresql://{address['user']}@/{name}?host={address['host']}"

    def _administer(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self._url("postgresql", "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def postgres_address(folder: Path) -> dict[str, str]:
    """Return `host` (the socket's folder), `user`, `version` and `from` of the run's server.

    Starts the server where it does not run yet. Raises RuntimeError where none can be started.
    """
    with socket.socket(socket.AF_UNIX) as keeper:
        keeper.connect(str(folder / "keeper"))
        with keeper.makefile() as answer:
            address: dict[str, str] = json.load(answer)
    if "error" in address:
        raise RuntimeError(address["error"])
    return address


def sqlite_path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
