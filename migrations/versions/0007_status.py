"""App versions, incidents, and what watches for them."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Moment

revision = "0007_status"
down_revision = "0006_payments"

INCIDENT_STATUSES = "('investigating', 'identified', 'monitoring', 'resolved')"
COMPONENTS = "('payment_gateway', 'bank_network', 'sms', 'email', 'support')"


def upgrade() -> None:
    _app_versions()
    _incidents()
    _parts_of_incidents()
    _watches()


def _app_versions() -> None:
    op.create_table(
        "app_versions",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("latest", sa.Text, nullable=False),
        sa.Column("minimum_supported", sa.Text, nullable=False),
        sa.Column("download_url", sa.Text, nullable=False),
        sa.Column("release_notes_zh", sa.Text, nullable=False),
        sa.Column("release_notes_en", sa.Text, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("platform", name="pk_app_versions"),
        sa.CheckConstraint("platform IN ('ios', 'android')", name=op.f("ck_app_versions_platform")),
        sqlite_strict=True,
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("impact", sa.Text, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("ends_at", Moment),
        sa.Column("resolved_at", Moment),
        sa.Column("published_at", Moment),
        sa.Column("recovered_at", Moment),
        sa.Column("drafted_for", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
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
        sa.CheckConstraint(
            "ends_at IS NULL OR impact = 'maintenance'", name=op.f("ck_incidents_planned")
        ),
        sa.CheckConstraint("ends_at > started_at", name=op.f("ck_incidents_planned_in_order")),
        sa.CheckConstraint(f"drafted_for IN {COMPONENTS}", name=op.f("ck_incidents_drafted_for")),
        sa.CheckConstraint(
            "recovered_at IS NULL OR drafted_for IS NOT NULL", name=op.f("ck_incidents_recovered")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_incidents_started_at_id", "incidents", ["started_at", "id"])
    op.create_index(
        "uq_incidents_drafted_for",
        "incidents",
        ["drafted_for"],
        unique=True,
        sqlite_where=sa.text("status <> 'resolved'"),
        postgresql_where=sa.text("status <> 'resolved'"),
    )


def _parts_of_incidents() -> None:
    op.create_table(
        "incident_components",
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "component", name="pk_incident_components"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_components_incident_id"
        ),
        sa.CheckConstraint(
            f"component IN {COMPONENTS}", name=op.f("ck_incident_components_component")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_incident_components_component_incident_id",
        "incident_components",
        ["component", "incident_id"],
    )
    op.create_table(
        "incident_updates",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("text_zh", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
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


def _watches() -> None:
    op.create_table(
        "component_watches",
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("bad_since", Moment),
        sa.Column("well_since", Moment),
        sa.Column("looked_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("component", name="pk_component_watches"),
        sa.CheckConstraint(
            f"component IN {COMPONENTS}", name=op.f("ck_component_watches_component")
        ),
        sa.CheckConstraint(
            "(bad_since IS NULL) <> (well_since IS NULL)",
            name=op.f("ck_component_watches_bad_or_well"),
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    for table in ("component_watches", "incident_updates", "incident_components", "incidents", "app_versions"):
        op.drop_table(table)
