"""The schema: one linear, reversible chain; the models say what the migrations made; SQLite is STRICT."""

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.core.tables import Base
from app.factory import Wallet
from app.migrating import head, migrate, migration_config

# Alembic's own, and the full-text index of SQLite with its side tables.
NOT_OURS = ("alembic_version", "faq_index")


def test_the_migrations_are_one_chain_without_a_branch() -> None:
    script = ScriptDirectory.from_config(migration_config())
    revisions = list(script.walk_revisions())
    assert len(script.get_heads()) == 1
    assert all(isinstance(it.down_revision, str) for it in revisions[:-1])
    assert revisions[-1].down_revision is None


def test_every_migration_can_be_undone_and_done_again(wallet: Wallet) -> None:
    config = migration_config()
    with wallet.database.begin_exclusive() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()
    migrate(wallet.database, wallet.seeds)
    with wallet.database.begin_exclusive() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == head(config)


def test_the_models_are_what_the_migrations_made(wallet: Wallet) -> None:
    with wallet.database.begin_exclusive() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    assert [it for it in found if not _not_ours(it)] == []


def _not_ours(difference: object) -> bool:
    """The index of the FAQ differs by engine, so no model describes it."""
    if not isinstance(difference, tuple):
        return False
    thing = difference[1]
    return str(getattr(thing, "table", thing)).startswith(NOT_OURS)


def test_every_check_of_a_model_stands_in_the_database(wallet: Wallet) -> None:
    with wallet.database.begin_exclusive() as connection:
        inspector = sa.inspect(connection)
        for table in Base.metadata.sorted_tables:
            wanted = {
                str(it.name) for it in table.constraints if isinstance(it, sa.CheckConstraint)
            }
            if not wallet.database.is_sqlite:  # PostgreSQL has booleans
                wanted = {name for name in wanted if not name.endswith("_flag")}
            there = {str(it["name"]) for it in inspector.get_check_constraints(table.name)}
            assert wanted <= there, table.name


def test_every_table_is_strict_on_sqlite(wallet: Wallet) -> None:
    if not wallet.database.is_sqlite:
        return
    with wallet.database.begin_exclusive() as connection:
        rows = connection.execute(sa.text("PRAGMA table_list")).all()
    lax = {row.name for row in rows if row.type == "table" and not row.strict}
    ours = {name for name in lax if not name.startswith((*NOT_OURS, "sqlite_"))}
    assert ours == set()
