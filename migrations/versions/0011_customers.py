"""What agents uncovered of customers, the locks that make their quotas hold, and what changed in accounts."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Moment

revision = "0011_customers"
down_revision = "0010_audit"


def upgrade() -> None:
    op.create_table(
        "reveal_counters",
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_reveal_counters"),
        sqlite_strict=True,
    )
    op.create_table(
        "customer_reveals",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer_reveals"),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["reveal_counters.agent_id"], name="fk_customer_reveals_agent_id"
        ),
        sa.CheckConstraint(
            "field IN ('phone', 'email', 'display_name')", name=op.f("ck_customer_reveals_field")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_customer_reveals_agent_id_created_at", "customer_reveals", ["agent_id", "created_at"]
    )
    op.create_table(
        "account_changes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_changes"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_account_changes_user_id_created_at_id",
        "account_changes",
        ["user_id", "created_at", "id"],
    )


def downgrade() -> None:
    for table in ("account_changes", "customer_reveals", "reveal_counters"):
        op.drop_table(table)
