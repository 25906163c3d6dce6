"""A verified call knows the session whose app showed the code."""

from alembic import op

revision = "0022_call_sessions"
down_revision = "0021_discarded_mails"


def upgrade() -> None:
    # Alembic can't add a named foreign key on SQLite; the statement itself is the same on both.
    op.execute(
        "ALTER TABLE support_calls ADD COLUMN session_id TEXT"
        " CONSTRAINT fk_support_calls_session_id REFERENCES user_sessions (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE support_calls DROP COLUMN session_id")
