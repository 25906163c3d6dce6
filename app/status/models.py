"""The tables of incidents, of what watches for them, and of published app versions; constraints: migration 0007.

What is measured (attempts) belongs to payments and is only read here.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Moment

INCIDENT_STATUSES = "('investigating', 'identified', 'monitoring', 'resolved')"
COMPONENTS = "('payment_gateway', 'bank_network', 'sms', 'email', 'support')"


class PublishedVersion(Base):
    """What is published for a platform; notes in both languages."""

    __tablename__ = "app_versions"
    __table_args__ = (CheckConstraint("platform IN ('ios', 'android')", name="platform"),)

    platform: Mapped[str] = mapped_column(Text, primary_key=True)
    latest: Mapped[str] = mapped_column(Text)
    minimum_supported: Mapped[str] = mapped_column(Text)
    download_url: Mapped[str] = mapped_column(Text)
    release_notes_zh: Mapped[str] = mapped_column(Text)
    release_notes_en: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    updated_by: Mapped[str] = mapped_column(Text)


class Incident(Base):
    """Trouble or planned work, from `started_at` until `resolved_at`; users are told once it is published.

    `drafted_for` is the component whose measured state made the machine open it, null where a person did. Of those
    there is one open at a time per component. `ends_at` is when planned work ends by itself; `recovered_at` since when
    what is measured is well again, where only a person may say that it is over.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint(f"status IN {INCIDENT_STATUSES}", name="status"),
        CheckConstraint(
            "impact IN ('none', 'minor', 'major', 'critical', 'maintenance')", name="impact"
        ),
        CheckConstraint("(status = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        CheckConstraint("resolved_at >= started_at", name="in_order"),
        CheckConstraint("ends_at IS NULL OR impact = 'maintenance'", name="planned"),
        CheckConstraint("ends_at > started_at", name="planned_in_order"),
        CheckConstraint(f"drafted_for IN {COMPONENTS}", name="drafted_for"),
        CheckConstraint("recovered_at IS NULL OR drafted_for IS NOT NULL", name="recovered"),
        Index(None, "started_at", "id"),
        Index(
            "uq_incidents_drafted_for",
            "drafted_for",
            unique=True,
            sqlite_where=text("status <> 'resolved'"),
            postgresql_where=text("status <> 'resolved'"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    impact: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    recovered_at: Mapped[datetime | None] = mapped_column(Moment)
    drafted_for: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)


class IncidentComponent(Base):
    """A component that an incident concerns."""

    __tablename__ = "incident_components"
    __table_args__ = (
        CheckConstraint(f"component IN {COMPONENTS}", name="component"),
        Index(None, "component", "incident_id"),
    )

    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    component: Mapped[str] = mapped_column(Text, primary_key=True)


class IncidentUpdate(Base):
    """What was said of an incident, and how far it had got then."""

    __tablename__ = "incident_updates"
    __table_args__ = (
        CheckConstraint(f"status IN {INCIDENT_STATUSES}", name="status"),
        Index(None, "incident_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"))
    status: Mapped[str] = mapped_column(Text)
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(Text)


class ComponentWatch(Base):
    """What the looks at a component saw: since when every one found it bad, or well. See `watching.py`."""

    __tablename__ = "component_watches"
    __table_args__ = (
        CheckConstraint(f"component IN {COMPONENTS}", name="component"),
        CheckConstraint("(bad_since IS NULL) <> (well_since IS NULL)", name="bad_or_well"),
    )

    component: Mapped[str] = mapped_column(Text, primary_key=True)
    bad_since: Mapped[datetime | None] = mapped_column(Moment)
    well_since: Mapped[datetime | None] = mapped_column(Moment)
    looked_at: Mapped[datetime] = mapped_column(Moment)
