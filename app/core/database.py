"""The database and its transactions: one way to write, one way to read, the same on both engines.

An operation opens a transaction and owns it; nothing below commits (architecture, habit 6). On SQLite a writer
begins IMMEDIATE, since read-then-write would fail as "locked". Nothing here knows a table but the clock's.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core.clock import CLOCK_ROW, VirtualClock, machine_now, virtual_now
from app.core.settings import Settings, SettingsError
from app.core.tables import Base

BUSY_TIMEOUT_MS = 5000
POOL_SIZE = 20
POOL_OVERFLOW = 20
POOL_TIMEOUT_SECONDS = 5
CLOCK_LOCK_TIMEOUT_MS = 3000


@dataclass(slots=True)
class _Work:
    """A piece of work; its first transaction decides to which epoch it belongs."""

    epoch: int | None = None


_work: ContextVar[_Work | None] = ContextVar("work", default=None)


class SandboxWasResetError(Exception):
    """The sandbox was reset while this work ran, so it may write nothing more."""


class WritersQueueFullError(Exception):
    """On SQLite, the turn to write did not come in time; answered as 503 `busy`."""


DATABASE_TROUBLE = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,  # no connection of the pool became free
    exc.PendingRollbackError,  # the connection broke earlier in the same transaction
    WritersQueueFullError,
)
"""The database is away, full, locked or overrun: nothing was done, or nobody can know, and it may be tried again."""


def is_database_trouble(error: BaseException) -> bool:
    """Also any other error that came because the connection broke, whatever the driver calls it."""
    broke = isinstance(error, exc.DBAPIError) and error.connection_invalidated
    return broke or isinstance(error, DATABASE_TROUBLE)


class Transaction(Session):
    """One database transaction; `now` is the virtual moment at which it happens, `epoch` the sandbox's."""

    now: datetime
    epoch: int

    def insert_missing(self, model: type[Base], **values: object) -> bool:
        """Insert a row unless its key is there already; tells whether it was inserted."""
        statement = self.insertion(model, **values).on_conflict_do_nothing()
        return self.execute(statement.returning(sa.literal(1))).first() is not None

    def insertion(self, model: type[Base], **values: object) -> postgresql.Insert | sqlite.Insert:
        """An insert that may go on with `on_conflict_…`, which each engine has in its own dialect."""
        is_postgresql = self.get_bind().dialect.name == "postgresql"
        return (postgresql.insert if is_postgresql else sqlite.insert)(model).values(**values)

    def change(self, statement: sa.Update | sa.Delete) -> int:
        """Run a guarded update or delete and return how many rows it changed."""
        return cast("sa.CursorResult[Any]", self.execute(statement)).rowcount


Seed = Callable[[Transaction], None]
"""Plants what is always there; may be called again at any time."""


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's engine under our own transactions."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(metadata=Base.metadata, disable_autonaming=True)
        self._settings = settings
        # Writers of one process queue here instead of polling SQLite's lock.
        self._writers = threading.Lock()

    def config(self) -> dict[str, Any]:
        """What Flask-SQLAlchemy reads from the Flask configuration."""
        options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
        options["pool_timeout"] = POOL_TIMEOUT_SECONDS
        options["hide_parameters"] = True  # errors and logs quote no values
        if not self.is_sqlite:
            options["pool_pre_ping"] = True
            options["connect_args"] = {"connect_timeout": 3}
        return {
            "SQLALCHEMY_DATABASE_URI": self._settings.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": options,
        }

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded default."""
        return self._settings.database_url.startswith("sqlite")

    def connect_events(self) -> None:
        """Install what SQLite needs per connection; call once, inside the app's context."""
        self._write_engine = self.engine.execution_options(begin="IMMEDIATE")
        self._read_engine = self.engine
        if self.is_sqlite:
            synchronous = self._settings.sqlite_synchronous
            event.listen(self.engine, "connect", lambda raw, _: _tune_sqlite(raw, synchronous))
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self._read_engine = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def transaction(self, *, moves_clock: bool = False) -> Iterator[Transaction]:
        """A transaction that writes: commits when the block ends, rolls back when it raises.

        `moves_clock` is for what changes the clock's row: it waits, at most 3 s for each lock, until no other writer is
        left and keeps them out to its end. Raises SandboxWasResetError where the sandbox was reset since this work
        began.
        """
        with (
            self._turn_to_write(),
            Transaction(self._write_engine, expire_on_commit=False) as tx,
            tx.begin(),
        ):
            self._enter(tx, writes=True, alone=moves_clock)
            yield tx

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writers.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise WritersQueueFullError
        try:
            yield
        finally:
            self._writers.release()

    @contextmanager
    def begin_exclusive(self) -> Iterator[sa.Connection]:
        """A bare write connection, for migrations only: the clock's table may not exist yet."""
        with self._write_engine.begin() as connection:
            yield connection

    @contextmanager
    def begin_reading(self) -> Iterator[sa.Connection]:
        """A bare read connection, for looking at the schema: the clock's table may not exist yet."""
        with self._read_engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """A transaction that only reads, all of it from one moment."""
        with Transaction(self._read_engine, expire_on_commit=False) as tx, tx.begin():
            self._enter(tx, writes=False)
            yield tx

    def _enter(self, tx: Transaction, *, writes: bool, alone: bool = False) -> None:
        if not self._settings.sandbox:
            tx.now, tx.epoch = machine_now(), 0
            return
        read = sa.select(VirtualClock.offset_ms, VirtualClock.epoch).where(
            VirtualClock.id == CLOCK_ROW
        )
        if writes:  # a reset waits until every writer that saw the old epoch is done
            read = read.with_for_update(read=not alone)
        if alone and not self.is_sqlite:
            tx.execute(sa.text(f"SET LOCAL lock_timeout = {CLOCK_LOCK_TIMEOUT_MS}"))
        offset_ms, tx.epoch = tx.execute(read).one()
        tx.now = virtual_now(offset_ms)
        work = _work.get()
        if work is None:
            return
        if work.epoch is None:
            work.epoch = tx.epoch
        if work.epoch != tx.epoch:
            raise SandboxWasResetError


def open_database(app: Flask, settings: Settings) -> Database:
    """The database of these settings, bound to the app; nothing is asked of it yet. Raises SettingsError."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(f"WALLET_DATA_DIR can't be used: {problem}") from problem
    database = Database(settings)
    app.config.update(database.config())
    database.init_app(app)
    with app.app_context():
        database.connect_events()
    return database


@contextmanager
def database_alone(settings: Settings) -> Iterator[Database]:
    """The database with no wallet around it; its connections are given back in the end. Raises SettingsError."""
    app = Flask("app", static_folder=None)
    database = open_database(app, settings)
    try:
        yield database
    finally:
        with app.app_context():
            database.engine.dispose()


@contextmanager
def piece_of_work() -> Iterator[None]:
    """Marks one request or job: its transactions must all see the same epoch."""
    token = _work.set(_Work())
    try:
        yield
    finally:
        _work.reset(token)


def _tune_sqlite(raw: Any, synchronous: str) -> None:
    # The driver's own transaction handling is off, so that BEGIN is ours (see _begin_sqlite).
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA synchronous={synchronous}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
