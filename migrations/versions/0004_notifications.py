"""The outbox."""

revision = "0004_notifications"
down_revision = "0003_auth"


def upgrade() -> None:
    """Filled by its domain."""


def downgrade() -> None:
    """Filled by its domain."""
