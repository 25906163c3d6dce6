"""The hotline: call codes and calls."""

revision = "0014_calls"
down_revision = "0013_mailroom"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
