"""Runs the migrations in the connection that app.migrating hands over. Online only: there is no SQL export."""

from alembic import context

from app.core.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
