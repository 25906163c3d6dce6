"""A call belongs to a case of the queue."""

from alembic import op

revision = "0017_call_cases"
down_revision = "0016_clocks"


def upgrade() -> None:
    # Alembic can't add a named foreign key on SQLite; the statement itself is the same on both.
    op.execute(
        "ALTER TABLE support_calls ADD COLUMN conversation_id TEXT"
        " CONSTRAINT fk_support_calls_conversation_id REFERENCES conversations (id)"
    )
    op.create_index("ix_support_calls_conversation_id", "support_calls", ["conversation_id"])


def downgrade() -> None:
    op.drop_index("ix_support_calls_conversation_id", "support_calls")
    op.execute("ALTER TABLE support_calls DROP COLUMN conversation_id")
