"""What agents ask to have done to an account or its money."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Flag, Json, Moment

revision = "0015_action_requests"
down_revision = "0014_calls"

CHECKS = {
    "type": "type IN ('send_password_reset', 'unlock_login', 'unlock_transaction_password', 'revoke_sessions',"
    " 'freeze', 'unfreeze', 'refund', 'release_hold', 'goodwill_credit')",
    "status": "status IN ('pending_approval', 'executed', 'rejected')",
    "level": "level IN ('L0', 'L1', 'L2', 'L3', 'L4')",
    "amount_positive": "amount_minor > 0",
    "four_eyes": "decided_by IS NULL OR decided_by <> requested_by OR status = 'rejected'",
    "decided": "(status = 'pending_approval') = (decided_at IS NULL)",
    "approved": "status <> 'executed' OR decided_by IS NOT NULL"
    " OR type NOT IN ('unfreeze', 'refund', 'release_hold', 'goodwill_credit')",
}
REFERENCES = {
    "user_id": "users",
    "call_id": "support_calls",
    "conversation_id": "conversations",
    "requested_by": "agents",
    "decided_by": "agents",
}


def upgrade() -> None:
    op.create_table(
        "action_requests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("payment_id", sa.Text),
        sa.Column("amount_minor", BIG),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("call_id", sa.Text),
        sa.Column("conversation_id", sa.Text),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("level_waived", Flag, nullable=False),
        sa.Column("cautions", Json, nullable=False),
        sa.Column("entries", Json, nullable=False),
        sa.Column("outcome", Json, nullable=False),
        sa.Column("refund_id", sa.Text),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decision_reason", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("decided_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_action_requests"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_action_requests_{column}")
            for column, table in REFERENCES.items()
        ),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_action_requests_{name}"))
            for name, condition in CHECKS.items()
        ),
        sa.CheckConstraint(
            "level_waived IN (0, 1)", name=op.f("ck_action_requests_level_waived_flag")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index("ix_action_requests_created_at_id", "action_requests", ["created_at", "id"])
    op.create_index(
        "ix_action_requests_user_id_status_created_at",
        "action_requests",
        ["user_id", "status", "created_at"],
    )
    op.create_index(
        "ix_action_requests_refund_id", "action_requests", ["refund_id"], unique=True
    )


def downgrade() -> None:
    op.drop_table("action_requests")
