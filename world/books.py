"""The world's durable memory: one SQLite file, transactions on it, its virtual clock and its epoch.

What the tables mean is told by the modules that use them; their columns are in schema.py.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from world import schema, times

FILE_NAME = "world.sqlite3"
_BUSY_TIMEOUT_SECONDS = 5.0

T = TypeVar("T")


class BooksRefusedError(Exception):
    """The books cannot be opened; the text says why and what to do, in one line."""


class StaleEpochError(Exception):
    """The request began before a reset: it may not write any more."""


class Transaction:
    """What an act sees of the books: statements, the virtual time at which it happens, new ids."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.wakes_waiters = False
        offset = self.value("SELECT offset_seconds FROM clock")
        self.now = times.show(datetime.now(UTC) + timedelta(seconds=offset))

    def run(self, sql: str, **values: Any) -> None:
        """Execute one statement."""
        self._connection.execute(sql, values)

    def one(self, sql: str, **values: Any) -> sqlite3.Row | None:
        """Return the first row, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        """Return every row."""
        return self._connection.execute(sql, values).fetchall()

    def value(self, sql: str, **values: Any) -> Any:
        """Return the first column of the first row, or None where there is no row."""
        row = self.one(sql, **values)
        return None if row is None else row[0]

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Add a row. `table` and the keys are names from our own code, never input."""
        columns = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        self.run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", **values)  # noqa: S608 - see above

    def wake_waiters(self) -> None:
        """Let those who wait for a change look again once this is committed."""
        self.wakes_waiters = True


def new_id(prefix: str) -> str:
    """Return an opaque id that nobody can guess."""
    return f"{prefix}_{secrets.token_hex(12)}"


class Books:
    """One connection for all threads, one transaction at a time.

    That makes every counter exact without further thought, and is fast enough: a transaction is a
    fraction of a millisecond. A commit is on disk as far as a SIGKILL is concerned; only a power cut
    may lose the last ones.
    """

    def __init__(self, folder: Path) -> None:
        """Open or make the books in `folder`. Raises BooksRefusedError."""
        self._changed = threading.Condition(threading.RLock())
        self._epoch = 0
        self._ending = False
        self._closed = False
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = self._open(path)
        except (OSError, sqlite3.Error) as error:
            raise BooksRefusedError(f"cannot keep books in {path}: {error}") from error

    @property
    def epoch(self) -> int:
        """How many resets there were since the start: a request notes it when it begins."""
        return self._epoch

    @contextmanager
    def transaction(self, epoch: int | None = None) -> Iterator[Transaction]:
        """Commit what the block does, or nothing of it.

        Raises StaleEpochError where `epoch` is given and a reset came after it.
        """
        with self._changed:
            if self._closed or epoch not in (None, self._epoch):
                raise StaleEpochError
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                transaction = Transaction(self._connection)
                yield transaction
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            if transaction.wakes_waiters:
                self._changed.notify_all()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Let the block read one state of the books without writing."""
        with self._changed:
            if self._closed:
                raise StaleEpochError
            yield Transaction(self._connection)

    def wait_for(self, look: Callable[[Transaction], T], seconds: float) -> T:
        """Look until it finds something, a reset or the end comes, or the time (real) is up."""
        with self._changed:
            epoch, deadline = self._epoch, time.monotonic() + seconds
            while True:
                with self.reading() as transaction:
                    found = look(transaction)
                remaining = deadline - time.monotonic()
                if found or remaining <= 0 or epoch != self._epoch or self._ending:
                    return found
                self._changed.wait(remaining)

    def set_clock(self, offset_seconds: float) -> str:
        """Move virtual time to the machine's time plus the offset; return the new now."""
        with self.transaction() as transaction:
            transaction.run("UPDATE clock SET offset_seconds = :offset", offset=offset_seconds)
        with self.reading() as transaction:
            return transaction.now

    def reset(self) -> None:
        """Empty every book and begin a new epoch: what began before writes nothing any more."""
        with self._changed:
            with self.transaction() as transaction:
                for table in schema.EMPTIED_BY_RESET:
                    transaction.run(f"DELETE FROM {table}")  # noqa: S608 - our own table names
                transaction.run("UPDATE clock SET offset_seconds = 0.0")
                transaction.wake_waiters()
            self._epoch += 1

    def end_waits(self) -> None:
        """Let everyone who waits for a change go, now and from now on."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def close(self) -> None:
        """Finish the transaction under way, then take no other."""
        with self._changed:
            if not self._closed:
                self._closed = True
                self._connection.close()
                self._changed.notify_all()

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == 0:
            script = f"BEGIN; {schema.TABLES} PRAGMA user_version = {schema.VERSION}; COMMIT;"
            connection.executescript(script)
        elif found != schema.VERSION:
            raise BooksRefusedError(f"{path} is of another version of the world: remove it")
        return connection
