"""Merchants, payments, transfers, top-ups, withdrawals, daily totals, client events."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Flag, Moment

revision = "0006_payments"
down_revision = "0005_banking"


def upgrade() -> None:
    op.create_table(
        "merchants",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merchants"),
        sqlite_strict=True,
    )
    _instructions()
    _attempts()
    _refunds()
    _transfers()
    _daily_totals()
    _client_events()


def _instructions() -> None:
    op.create_table(
        "instructions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("bank_card_id", sa.Text),
        sa.Column("merchant_id", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("merchant_order_no", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("failure_code", sa.Text),
        sa.Column("attempts_made", sa.Integer, nullable=False),
        sa.Column("refunded_minor", BIG, nullable=False),
        sa.Column("counted_on", sa.Text, nullable=False),
        sa.Column("password_free", Flag, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_instructions"),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_instructions_merchant_id"
        ),
        sa.CheckConstraint(
            "kind IN ('payment', 'top_up', 'withdrawal')", name=op.f("ck_instructions_kind")
        ),
        sa.CheckConstraint(
            "status IN ('processing', 'succeeded', 'failed', 'manual_review')",
            name=op.f("ck_instructions_status"),
        ),
        sa.CheckConstraint("source IN ('balance', 'bank_card')", name=op.f("ck_instructions_source")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_instructions_amount_positive")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_instructions_currency")),
        sa.CheckConstraint(
            "(kind = 'payment') = (merchant_id IS NOT NULL)", name=op.f("ck_instructions_merchant")
        ),
        sa.CheckConstraint(
            "(kind = 'payment' AND source = 'balance') = (bank_card_id IS NULL)",
            name=op.f("ck_instructions_card"),
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (failure_code IS NOT NULL)", name=op.f("ck_instructions_failure")
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND amount_minor", name=op.f("ck_instructions_refunded")
        ),
        sa.CheckConstraint(
            "refunded_minor = 0 OR (kind = 'payment' AND status = 'succeeded')",
            name=op.f("ck_instructions_refunded_when_paid"),
        ),
        sa.CheckConstraint(
            "password_free IN (0, 1)", name=op.f("ck_instructions_password_free_flag")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_instructions_user_id_kind_created_at_id",
        "instructions",
        ["user_id", "kind", "created_at", "id"],
    )
    op.create_index("ix_instructions_status", "instructions", ["status"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("instruction_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("failure_code", sa.Text),
        sa.Column("gateway_reference", sa.Text),
        sa.Column("http_status", sa.Integer),
        sa.Column("latency_ms", sa.Integer),
        sa.Column("app_version", sa.Text),
        sa.Column("network_type", sa.Text),
        sa.Column("inquiries_made", sa.Integer, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("finished_at", Moment),
        sa.Column("late_success_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("instruction_id", "number", name="uq_attempts_instruction_id_number"),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instructions.id"], name="fk_attempts_instruction_id"
        ),
        sa.CheckConstraint(
            "outcome IN ('succeeded', 'failed', 'unknown')", name=op.f("ck_attempts_outcome")
        ),
        sa.CheckConstraint(
            "outcome = 'unknown' OR finished_at IS NOT NULL", name=op.f("ck_attempts_finished")
        ),
        sa.CheckConstraint(
            "late_success_at IS NULL OR outcome = 'failed'", name=op.f("ck_attempts_late_success")
        ),
        sa.CheckConstraint("inquiries_made >= 0", name=op.f("ck_attempts_inquiries_made")),
        sqlite_strict=True,
    )
    op.create_index("ix_attempts_started_at", "attempts", ["started_at"])
    op.create_index(
        "ix_attempts_user_id_started_at_id", "attempts", ["user_id", "started_at", "id"]
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("instruction_id", sa.Text, nullable=False),
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("failure_code", sa.Text),
        sa.Column("gateway_reference", sa.Text),
        sa.Column("sends_made", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instructions.id"], name="fk_refunds_instruction_id"
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_refunds_attempt_id"),
        sa.CheckConstraint(
            "status IN ('processing', 'succeeded', 'failed', 'manual_review')",
            name=op.f("ck_refunds_status"),
        ),
        sa.CheckConstraint(
            "cause IN ('requested', 'late_success')", name=op.f("ck_refunds_cause")
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (failure_code IS NOT NULL)", name=op.f("ck_refunds_failure")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount_positive")),
        sa.CheckConstraint("sends_made >= 0", name=op.f("ck_refunds_sends_made")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_refunds_instruction_id_created_at_id", "refunds", ["instruction_id", "created_at", "id"]
    )
    op.create_index("ix_refunds_user_id_created_at_id", "refunds", ["user_id", "created_at", "id"])
    only_late = sa.text("cause = 'late_success'")
    op.create_index(
        "uq_refunds_late_success",
        "refunds",
        ["attempt_id"],
        unique=True,
        sqlite_where=only_late,
        postgresql_where=only_late,
    )


def _transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("sender_id", sa.Text, nullable=False),
        sa.Column("recipient_id", sa.Text, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("failure_code", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.CheckConstraint("status IN ('succeeded', 'failed')", name=op.f("ck_transfers_status")),
        sa.CheckConstraint(
            "(status = 'failed') = (failure_code IS NOT NULL)", name=op.f("ck_transfers_failure")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_transfers_amount_positive")),
        sa.CheckConstraint("sender_id <> recipient_id", name=op.f("ck_transfers_not_to_self")),
        sqlite_strict=True,
    )
    for side in ("sender_id", "recipient_id"):
        op.create_index(f"ix_transfers_{side}_created_at_id", "transfers", [side, "created_at", "id"])


def _daily_totals() -> None:
    op.create_table(
        "daily_totals",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("moved_minor", BIG, nullable=False),
        sa.Column("password_free_minor", BIG, nullable=False),
        sa.Column("recipient_misses", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", "direction", name="pk_daily_totals"),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_daily_totals_direction")),
        sa.CheckConstraint("moved_minor >= 0", name=op.f("ck_daily_totals_moved")),
        sa.CheckConstraint("password_free_minor >= 0", name=op.f("ck_daily_totals_password_free")),
        sa.CheckConstraint("recipient_misses >= 0", name=op.f("ck_daily_totals_recipient_misses")),
        sqlite_strict=True,
    )


def _client_events() -> None:
    op.create_table(
        "client_events",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", Moment, nullable=False),
        sa.Column("amount_minor", BIG),
        sa.Column("currency", sa.Text),
        sa.Column("merchant_id", sa.Text),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("network_type", sa.Text),
        sa.Column("app_version", sa.Text),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_client_events"),
        sa.CheckConstraint(
            "type IN ('payment_request_failed', 'app_update_required')", name=op.f("ck_client_events_type")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_client_events_user_id_occurred_at", "client_events", ["user_id", "occurred_at"]
    )


def downgrade() -> None:
    for table in (
        "client_events",
        "daily_totals",
        "transfers",
        "refunds",
        "attempts",
        "instructions",
        "merchants",
    ):
        op.drop_table(table)
