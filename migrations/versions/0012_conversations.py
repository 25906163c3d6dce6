"""Conversations with users, their messages, clocks and agents' presence."""

revision = "0012_conversations"
down_revision = "0011_customers"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
