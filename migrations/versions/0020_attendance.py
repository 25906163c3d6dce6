"""Which conversations their users have open; rows of seconds."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Moment

revision = "0020_attendance"
down_revision = "0019_queue_order"


def upgrade() -> None:
    op.create_table(
        "conversation_attendance",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_conversation_attendance"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("conversation_attendance")
