"""Brings a database to the newest schema and its seed; safe to run at any time, by several at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.core.database import Database, Seed
from app.core.schema import MIGRATIONS

_LOCK = 0x75_77_61_6C  # an advisory lock of PostgreSQL: "uwal"


def migrate(database: Database, seeds: Sequence[Seed]) -> None:
    """Upgrade to the head of the chain and plant what is always there (contract, section 1)."""
    config = migration_config()
    with database.begin_exclusive() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if MigrationContext.configure(connection).get_current_revision() != head(config):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    with database.transaction() as tx:
        for seed in seeds:
            seed(tx)


def migration_config() -> Config:
    """Alembic's configuration for our one chain."""
    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def head(config: Config) -> str | None:
    """The newest revision."""
    return ScriptDirectory.from_config(config).get_current_head()
