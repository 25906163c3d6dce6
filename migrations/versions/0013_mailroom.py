"""Support mail in and out: what was received, sent, and set aside."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Json, Moment

revision = "0013_mailroom"
down_revision = "0012_conversations"


def upgrade() -> None:
    _mails()
    op.create_table(
        "mail_cases",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("address_key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_mail_cases"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_mail_cases_conversation_id"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "heard_mails",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_heard_mails"),
        sa.ForeignKeyConstraint(["mail_id"], ["support_mails.id"], name="fk_heard_mails_mail_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "mail_acknowledgements",
        sa.Column("address_key", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("address_key", "day", "number", name="pk_mail_acknowledgements"),
        sa.CheckConstraint(
            "number BETWEEN 1 AND 3", name=op.f("ck_mail_acknowledgements_number")
        ),
        sqlite_strict=True,
    )


def _mails() -> None:
    op.create_table(
        "support_mails",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("conversation_id", sa.Text),
        sa.Column("message_id", sa.Text),
        sa.Column("envelope_sender", sa.Text, nullable=False),
        sa.Column("recipients", Json, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("sender_key", sa.Text),
        sa.Column("locale", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("text", sa.Text),
        sa.Column("sealed_content", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_support_mails"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_support_mails_conversation_id"
        ),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_support_mails_direction")),
        sa.CheckConstraint(
            "status IN ('received', 'accepted', 'noted', 'duplicate', 'quarantined', 'released', 'sent')",
            name=op.f("ck_support_mails_status"),
        ),
        sa.CheckConstraint(
            "reason IN ('unreadable', 'no_sender', 'own_address', 'bounce', 'unverified', 'automatic',"
            " 'too_many')",
            name=op.f("ck_support_mails_reason"),
        ),
        sa.CheckConstraint(
            "(status = 'received') = (sealed_content IS NOT NULL)",
            name=op.f("ck_support_mails_sealed"),
        ),
        sa.CheckConstraint(
            "(direction = 'out') = (status = 'sent')", name=op.f("ck_support_mails_sent")
        ),
        sa.CheckConstraint(
            "status <> 'quarantined' OR reason IS NOT NULL",
            name=op.f("ck_support_mails_quarantined"),
        ),
        sqlite_strict=True,
    )
    for columns in (
        ["message_id"],
        ["conversation_id", "created_at", "id"],
        ["status", "created_at", "id"],
        ["sender_key", "created_at"],
    ):
        op.create_index(f"ix_support_mails_{'_'.join(columns)}", "support_mails", columns)


def downgrade() -> None:
    for table in ("mail_acknowledgements", "heard_mails", "mail_cases", "support_mails"):
        op.drop_table(table)
