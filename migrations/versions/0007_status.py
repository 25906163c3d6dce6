"""App versions and incidents."""

revision = "0007_status"
down_revision = "0006_payments"


def upgrade() -> None:
    """Filled by its domain."""


def downgrade() -> None:
    """Filled by its domain."""
