"""The audit trail: entries that can't be changed or deleted, its head, and signed checkpoints."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Json, Moment

revision = "0010_audit"
down_revision = "0009_webhooks"

IMMUTABLE = ("audit_entries", "audit_checkpoints")


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("seq", BIG, nullable=False, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("customer_id", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("fields", Json, nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entries"),
        sa.CheckConstraint("seq > 0", name=op.f("ck_audit_entries_seq")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_entries_customer_id_seq", "audit_entries", ["customer_id", "seq"])
    op.create_index(
        "ix_audit_entries_customer_id_at_seq", "audit_entries", ["customer_id", "at", "seq"]
    )
    op.create_index("ix_audit_entries_actor_seq", "audit_entries", ["actor", "seq"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("seq", BIG, nullable=False, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_checkpoints"),
        sqlite_strict=True,
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def _guards(dialect: str) -> list[str]:
    if dialect == "postgresql":
        # The function that guards the ledger (0002) says the name of any table.
        return [
            f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_immutable()"
            for table in IMMUTABLE
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
        for table in IMMUTABLE
        for verb in ("UPDATE", "DELETE")
    ]


def downgrade() -> None:
    for table in ("audit_checkpoints", "audit_head", "audit_entries"):
        op.drop_table(table)
