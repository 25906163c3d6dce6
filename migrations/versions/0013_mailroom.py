"""Support mail in and out: what was received, sent, and set aside."""

revision = "0013_mailroom"
down_revision = "0012_conversations"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
