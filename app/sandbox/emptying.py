"""Emptying every table but the clock's, inside one transaction: search indexes and the immutable ones included."""

import re
import time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.core.clock import VirtualClock
from app.core.database import Transaction
from app.core.tables import Base

LOCK_SECONDS: Final = 3.0
LOOK_AGAIN_SECONDS: Final = 0.01
KEPT: Final = frozenset({VirtualClock.__tablename__, "alembic_version"})
_TABLES: Final = {
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    # Not the shadow tables in which a search index keeps its own data.
    "sqlite": "SELECT name FROM pragma_table_list WHERE schema = 'main'"
    " AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
}
_GUARDS: Final = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
_IS_GUARD: Final = re.compile(r"\bBEFORE\s+DELETE\b", re.IGNORECASE)


def empty_every_table(tx: Transaction) -> None:
    """Delete every row, in an order that foreign keys allow. Nobody else may be writing meanwhile.

    Raises OperationalError where PostgreSQL's readers don't let go of a table in 3 s.
    """
    tables = every_table(tx)
    filled = _with_rows(tx, tables)
    if not filled:
        return
    if tx.get_bind().dialect.name == "postgresql":
        _lock(tx, tables)
        tx.execute(sa.text(f"TRUNCATE {_listed(filled)} RESTART IDENTITY CASCADE"))
    else:
        _delete_all(tx, filled)


def every_table(tx: Transaction) -> list[str]:
    """The tables of the database, those that refer to others before the others."""
    found = set(tx.scalars(sa.text(_TABLES[tx.get_bind().dialect.name]))) - KEPT
    ours = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name in found]
    return [*sorted(found.difference(ours)), *ours]


def _with_rows(tx: Transaction, tables: list[str]) -> list[str]:
    """Those that hold something: to truncate an empty one costs PostgreSQL several new files."""
    asked = [sa.exists().select_from(sa.table(name)).label(name) for name in tables]
    found = tx.execute(sa.select(*asked)).one()
    return [name for name, has_rows in zip(tables, found, strict=True) if has_rows]


def _lock(tx: Transaction, tables: list[str]) -> None:
    """Lock all of them or none: who holds some while waiting for others meets a reader that does so too."""
    deadline = time.monotonic() + LOCK_SECONDS
    statement = sa.text(f"LOCK TABLE {_listed(tables)} IN ACCESS EXCLUSIVE MODE NOWAIT")
    while True:
        try:
            with tx.begin_nested():
                tx.execute(statement)
        except OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return


def _listed(tables: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in tables)


def _delete_all(tx: Transaction, tables: list[str]) -> None:
    """On SQLite: without the triggers that forbid it, which are there again at the end."""
    rows = tx.execute(sa.text(_GUARDS)).all()
    guards = [row for row in rows if row.tbl_name in tables and _IS_GUARD.search(row.sql)]
    for guard in guards:
        tx.execute(sa.text(f'DROP TRIGGER "{guard.name}"'))
    for name in tables:
        tx.execute(sa.delete(sa.table(name)))
    for guard in guards:
        tx.execute(sa.text(guard.sql.replace(":", "\\:")))
