"""Merchants, payments, transfers, top-ups, withdrawals."""

revision = "0006_payments"
down_revision = "0005_banking"


def upgrade() -> None:
    """Filled by its domain."""


def downgrade() -> None:
    """Filled by its domain."""
