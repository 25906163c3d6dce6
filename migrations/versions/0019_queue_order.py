"""The next deadline of a case stands beside it, so that the queue can be ordered by it."""

from alembic import op

revision = "0019_queue_order"
down_revision = "0018_presence_left"

_MOMENT = {"postgresql": "TIMESTAMP(3) WITH TIME ZONE", "sqlite": "INTEGER"}
_LONG_AGO = {"postgresql": "TIMESTAMP WITH TIME ZONE 'epoch'", "sqlite": "0"}
_EMPTY = {"postgresql": "CAST('{}' AS JSONB)", "sqlite": "'{}'"}


def upgrade() -> None:
    engine = op.get_bind().dialect.name
    op.execute(f"ALTER TABLE conversations ADD COLUMN next_due_at {_MOMENT[engine]}")
    # Deadlines are computed in opening hours, which the database can't: each open case's clocks are looked at once.
    op.execute(
        "INSERT INTO jobs (id, kind, subject_id, payload, due_at, tries)"
        " SELECT 'job_next_due_' || id, 'clocks.look', id || '\\:resolution',"
        f" {_EMPTY[engine]}, {_LONG_AGO[engine]}, 0"
        " FROM conversations WHERE status NOT IN ('resolved', 'closed', 'merged')"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP COLUMN next_due_at")
