"""Users, sessions, codes, passwords, agents."""

revision = "0003_auth"
down_revision = "0002_ledger"


def upgrade() -> None:
    """Filled by its domain."""


def downgrade() -> None:
    """Filled by its domain."""
