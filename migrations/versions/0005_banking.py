"""Bank cards."""

revision = "0005_banking"
down_revision = "0004_notifications"


def upgrade() -> None:
    """Filled by its domain."""


def downgrade() -> None:
    """Filled by its domain."""
