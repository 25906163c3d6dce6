"""Ways in which a database gets into trouble, each done to a real one and undone again."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app.factory import Wallet
from soak.postgres import PostgresServer
from tests.databases import sqlite_path

UNLIMITED_PAGES = 1_073_741_823


@dataclass
class Outage:
    """`begin` makes the trouble, `end` takes it away; after it the database is as it was."""

    begin: Callable[[], None]
    end: Callable[[], None]

    @contextmanager
    def now(self) -> Iterator[None]:
        self.begin()
        try:
            yield
        finally:
            self.end()


@contextmanager
def own_postgres() -> Iterator[PostgresServer]:
    """A server that may be stopped, since nobody else uses it."""
    folder = Path(tempfile.mkdtemp(prefix="outage-", dir="/tmp"))
    folder.chmod(0o711)
    server = PostgresServer(folder, durable=True)  # what it has acknowledged must be there again
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def stopping(server: PostgresServer) -> Outage:
    """An immediate shutdown: every connection breaks, in the middle of whatever it did."""
    return Outage(server.stop, server.start)


def locking(url: str) -> Outage:
    """Somebody else writes to the SQLite file for longer than anyone waits."""
    other = sqlite3.connect(sqlite_path(url), isolation_level=None, check_same_thread=False)

    def end() -> None:
        other.execute("ROLLBACK")

    return Outage(lambda: other.execute("BEGIN IMMEDIATE") and None, end)


def filling(wallet: Wallet) -> Outage:
    """The SQLite file may not grow: what finds no room in it any more is told that the disk is full."""
    pages = {"limit": UNLIMITED_PAGES}

    def limit(raw: Any, _record: Any, _proxy: Any) -> None:
        raw.execute(f"PRAGMA max_page_count={pages['limit']}").close()

    with wallet.app.app_context():
        event.listen(wallet.database.engine, "checkout", limit)
    # One page is less than there are: the limit becomes the size of today.
    return Outage(lambda: pages.update(limit=1), lambda: pages.update(limit=UNLIMITED_PAGES))
