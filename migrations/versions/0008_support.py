"""FAQ articles and diagnoses."""

revision = "0008_support"
down_revision = "0007_status"


def upgrade() -> None:
    """Filled by its domain."""


def downgrade() -> None:
    """Filled by its domain."""
