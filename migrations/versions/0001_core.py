"""The frame: virtual clock, jobs, idempotency claims."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Json, Moment

revision = "0001_core"
down_revision = None


def upgrade() -> None:
    clock = op.create_table(
        "virtual_clock",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("offset_ms", BIG, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("advancing_until_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_virtual_clock"),
        sa.CheckConstraint("id = 1", name=op.f("ck_virtual_clock_single_row")),
        sa.CheckConstraint("offset_ms >= 0", name=op.f("ck_virtual_clock_forward_only")),
        sqlite_strict=True,
    )
    op.bulk_insert(clock, [{"id": 1, "offset_ms": 0, "epoch": 1, "advancing_until_ms": 0}])
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sqlite_strict=True,
    )
    op.create_index("ix_jobs_due_at_id", "jobs", ["due_at", "id"])
    op.create_index("ix_jobs_kind_subject_id", "jobs", ["kind", "subject_id"])
    op.create_table(
        "idempotency_claims",
        sa.Column("principal_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("lease_until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("principal_id", "key", name="pk_idempotency_claims"),
        sa.CheckConstraint(
            "(status IS NULL) = (body IS NULL)", name=op.f("ck_idempotency_claims_answer_whole")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("idempotency_claims")
    op.drop_table("jobs")
    op.drop_table("virtual_clock")
