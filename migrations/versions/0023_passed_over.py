"""A conversation knows who gave it back, or let it run out, and isn't to be given it again."""

from alembic import op

revision = "0023_passed_over"
down_revision = "0022_call_sessions"


def upgrade() -> None:
    # Alembic can't add a named foreign key on SQLite; the statement itself is the same on both.
    op.execute(
        "ALTER TABLE conversations ADD COLUMN passed_over TEXT"
        " CONSTRAINT fk_conversations_passed_over REFERENCES agents (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP COLUMN passed_over")
