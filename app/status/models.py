"""The tables of incidents and published app versions; their constraints stand in migration 0007.

What is measured (attempts) belongs to payments and is only read here.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Moment

INCIDENT_STATUSES = "('investigating', 'identified', 'monitoring', 'resolved')"


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


class Incident(Base):
    """Trouble that users are told of, from `started_at` until `resolved_at`."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint(f"status IN {INCIDENT_STATUSES}", name="status"),
        CheckConstraint(
            "impact IN ('none', 'minor', 'major', 'critical', 'maintenance')", name="impact"
        ),
        CheckConstraint("(status = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        CheckConstraint("resolved_at >= started_at", name="in_order"),
        Index(None, "started_at", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    impact: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)


class IncidentComponent(Base):
    """A component that an incident concerns."""

    __tablename__ = "incident_components"
    __table_args__ = (
        CheckConstraint(
            "component IN ('payment_gateway', 'bank_network', 'sms', 'email', 'support')",
            name="component",
        ),
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
