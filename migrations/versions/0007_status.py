"""App versions and incidents."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Moment

revision = "0007_status"
down_revision = "0006_payments"

INCIDENT_STATUSES = "('investigating', 'identified', 'monitoring', 'resolved')"


def upgrade() -> None:
    op.create_table(
        "app_versions",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("latest", sa.Text, nullable=False),
        sa.Column("minimum_supported", sa.Text, nullable=False),
        sa.Column("download_url", sa.Text, nullable=False),
        sa.Column("release_notes_zh", sa.Text, nullable=False),
        sa.Column("release_notes_en", sa.Text, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("platform", name="pk_app_versions"),
        sa.CheckConstraint("platform IN ('ios', 'android')", name=op.f("ck_app_versions_platform")),
        sqlite_strict=True,
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("impact", sa.Text, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("resolved_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.CheckConstraint(f"status IN {INCIDENT_STATUSES}", name=op.f("ck_incidents_status")),
        sa.CheckConstraint(
            "impact IN ('none', 'minor', 'major', 'critical', 'maintenance')",
            name=op.f("ck_incidents_impact"),
        ),
        sa.CheckConstraint(
            "(status = 'resolved') = (resolved_at IS NOT NULL)", name=op.f("ck_incidents_resolved")
        ),
        sa.CheckConstraint("resolved_at >= started_at", name=op.f("ck_incidents_in_order")),
        sqlite_strict=True,
    )
    op.create_index("ix_incidents_started_at_id", "incidents", ["started_at", "id"])
    op.create_table(
        "incident_components",
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "component", name="pk_incident_components"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_components_incident_id"
        ),
        sa.CheckConstraint(
            "component IN ('payment_gateway', 'bank_network', 'sms', 'email', 'support')",
            name=op.f("ck_incident_components_component"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "incident_updates",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("text_zh", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident_updates"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_updates_incident_id"
        ),
        sa.CheckConstraint(f"status IN {INCIDENT_STATUSES}", name=op.f("ck_incident_updates_status")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_incident_updates_incident_id_created_at",
        "incident_updates",
        ["incident_id", "created_at"],
    )


def downgrade() -> None:
    for table in ("incident_updates", "incident_components", "incidents", "app_versions"):
        op.drop_table(table)
