"""Runs the migrations: in the connection that app.migrating hands over, or, for `flask db`, in one of the app's.

Online only: there is no SQL export.
"""

from contextlib import nullcontext

from alembic import context
from flask import current_app

from app.core.tables import Base

given = context.config.attributes.get("connection")
own = nullcontext(given) if given else current_app.extensions["wallet"].database.begin_exclusive()
with own as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=False,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
