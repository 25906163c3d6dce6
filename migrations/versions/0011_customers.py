"""What agents uncovered of customers: the quota of reveals."""

revision = "0011_customers"
down_revision = "0010_audit"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
