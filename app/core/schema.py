"""Whether the database has today's schema: what a program waits for that is started beside the upgrade.

The revisions are read off the names of the migrations, since loading Alembic takes a third of a second.
"""

import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"
POLL_SECONDS = 0.02

_REVISION = sa.table("alembic_version", sa.column("version_num"))


def newest_revision() -> str:
    """The head of the one linear chain: the names are numbered (tests/structure holds that)."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(database: Database) -> bool:
    """True where the newest migration has been run; False as well where the database is out of reach."""
    try:
        with database.begin_reading() as connection:
            there = connection.scalar(sa.select(_REVISION.c.version_num))
    except SQLAlchemyError:
        return False
    return there == newest_revision()


def is_reachable(database: Database) -> bool:
    """Whether the database answers at all, whatever is in it."""
    try:
        with database.begin_reading() as connection:
            connection.execute(sa.select(1))
    except SQLAlchemyError:
        return False
    return True


def wait_until_current(database: Database) -> None:
    """Return when the upgrade is done; there is no time limit, since whoever starts programs has one.

    A database that is out of reach is not waited for: calls are answered 503 until it is back, instead of never.
    """
    while not is_current(database) and is_reachable(database):
        time.sleep(POLL_SECONDS)
