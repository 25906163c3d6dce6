"""Webhook endpoints, what is delivered to them, and the callbacks that were heard."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Json, Moment

revision = "0009_webhooks"
down_revision = "0008_support"


def upgrade() -> None:
    _endpoints()
    _deliveries()
    _callbacks()


def _endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("sealed_secret", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("disabled_at", Moment),
        sa.Column("silent_tries", sa.Integer, nullable=False),
        sa.Column("resting_until", Moment),
        sa.Column("turn_of", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
        sa.CheckConstraint("silent_tries >= 0", name=op.f("ck_webhook_endpoints_silent_tries")),
        sqlite_strict=True,
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sqlite_strict=True,
    )
    op.create_index("ix_webhook_events_created_at", "webhook_events", ["created_at"])


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("endpoint_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("next_attempt_at", Moment),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["webhook_events.id"], name="fk_webhook_deliveries_event_id"
        ),
        sa.UniqueConstraint(
            "event_id", "endpoint_id", name="uq_webhook_deliveries_event_id_endpoint_id"
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed')",
            name=op.f("ck_webhook_deliveries_status"),
        ),
        sa.CheckConstraint(
            "(status = 'pending') = (next_attempt_at IS NOT NULL)",
            name=op.f("ck_webhook_deliveries_due"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_webhook_deliveries_endpoint_id_created_at_id",
        "webhook_deliveries",
        ["endpoint_id", "created_at", "id"],
    )
    op.create_index(
        "ix_webhook_deliveries_endpoint_id_next_attempt_at",
        "webhook_deliveries",
        ["endpoint_id", "next_attempt_at"],
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("delivery_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("http_status", sa.Integer),
        sa.Column("problem", sa.Text),
        sa.Column("latency_ms", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_webhook_attempts"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["webhook_deliveries.id"], name="fk_webhook_attempts_delivery_id"
        ),
        sa.CheckConstraint(
            "(http_status IS NULL) = (problem IS NOT NULL)",
            name=op.f("ck_webhook_attempts_outcome"),
        ),
        sa.CheckConstraint("latency_ms >= 0", name=op.f("ck_webhook_attempts_latency_ms")),
        sqlite_strict=True,
    )


def _callbacks() -> None:
    op.create_table(
        "heard_callbacks",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("webhook_id", sa.Text, nullable=False),
        sa.Column("heard_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("source", "webhook_id", name="pk_heard_callbacks"),
        sa.CheckConstraint("source IN ('gateway', 'bank')", name=op.f("ck_heard_callbacks_source")),
        sqlite_strict=True,
    )
    op.create_index("ix_heard_callbacks_heard_at", "heard_callbacks", ["heard_at"])


def downgrade() -> None:
    for table in (
        "heard_callbacks",
        "webhook_attempts",
        "webhook_deliveries",
        "webhook_events",
        "webhook_endpoints",
    ):
        op.drop_table(table)
