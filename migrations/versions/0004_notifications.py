"""The outbox of messages to users."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Flag, Json, Moment

revision = "0004_notifications"
down_revision = "0003_auth"


def upgrade() -> None:
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("template_values", Json, nullable=False),
        sa.Column("mail_headers", Json),
        sa.Column("challenge_id", sa.Text),
        sa.Column("challenge_generation", sa.Integer),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("useful_until", Moment, nullable=False),
        sa.Column("done_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_messages"),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("ck_outbox_messages_channel")),
        sa.CheckConstraint("locale IN ('zh-CN', 'en')", name=op.f("ck_outbox_messages_locale")),
        sa.CheckConstraint(
            "status IN ('pending', 'sent', 'dropped')", name=op.f("ck_outbox_messages_status")
        ),
        sa.CheckConstraint(
            "(status = 'pending') = (done_at IS NULL)", name=op.f("ck_outbox_messages_done")
        ),
        sa.CheckConstraint(
            "(challenge_id IS NULL) = (challenge_generation IS NULL)",
            name=op.f("ck_outbox_messages_challenge_whole"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_outbox_messages_user_id_created_at", "outbox_messages", ["user_id", "created_at"]
    )
    op.create_table(
        "outbox_handovers",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("is_fault", Flag, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_handovers"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_messages.id"], name="fk_outbox_handovers_message_id"
        ),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("ck_outbox_handovers_channel")),
        sa.CheckConstraint(
            "is_fault IN (0, 1)", name=op.f("ck_outbox_handovers_is_fault_flag")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_handovers_channel_at_id", "outbox_handovers", ["channel", "at", "id"])


def downgrade() -> None:
    op.drop_table("outbox_handovers")
    op.drop_table("outbox_messages")
