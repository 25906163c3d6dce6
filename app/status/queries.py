"""Reading what works, what doesn't, and what is published for the app."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import existing
from app.status.app_versions import AppRelease, Platform, parse_app_version
from app.status.components import STATUS_OF_IMPACT, Component, IncidentImpact
from app.status.incident_queries import IS_PUBLIC, IncidentRecord, read_incidents
from app.status.measuring import MEASURED, health_at
from app.status.models import Incident, PublishedVersion
from app.status.rules import SystemStatus, worst_status

SHOWN_AFTER_RESOLUTION: Final = timedelta(days=7)
"""How long a resolved incident stays on the page; the contract is silent."""


@dataclass(frozen=True, slots=True)
class ComponentState:
    """A component at `updated_at`; `success_rate` is 0–1, None where nothing was measured."""

    component: Component
    status: SystemStatus
    success_rate: float | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StatusReport:
    """All that the status page shows at one moment."""

    status: SystemStatus
    components: Sequence[ComponentState]
    incidents: Sequence[IncidentRecord]


def read_status(tx: Transaction) -> StatusReport:
    """Every component now, the published incidents that are open, and those resolved in the last seven days."""
    recently = Incident.resolved_at >= tx.now - SHOWN_AFTER_RESOLUTION
    shown = sa.and_(IS_PUBLIC, sa.or_(Incident.resolved_at.is_(None), recently))
    incidents = read_incidents(tx, shown)
    components = [_state_of(tx, component, incidents) for component in Component]
    return StatusReport(worst_status(it.status for it in components), components, incidents)


def incidents_overlapping(
    tx: Transaction, component: Component, since: datetime, until: datetime
) -> Sequence[IncidentRecord]:
    """The published incidents of a component that were going on at any time from `since` to `until`."""
    overlapping = sa.and_(
        IS_PUBLIC,
        Incident.started_at <= until,
        sa.or_(Incident.resolved_at.is_(None), Incident.resolved_at >= since),
    )
    return [it for it in read_incidents(tx, overlapping) if component in it.components]


def find_release(tx: Transaction, platform: Platform) -> AppRelease | None:
    """What is published for a platform, if anything."""
    row = tx.get(PublishedVersion, platform)
    if row is None:
        return None
    return AppRelease(
        Platform(row.platform),
        parse_app_version(row.latest),
        parse_app_version(row.minimum_supported),
        row.download_url,
        row.release_notes_zh,
        row.release_notes_en,
    )


def list_releases(tx: Transaction) -> Sequence[PublishedVersion]:
    """What is published for every platform, by its name."""
    return tx.scalars(sa.select(PublishedVersion).order_by(PublishedVersion.platform)).all()


def read_published(tx: Transaction, platform: Platform) -> PublishedVersion:
    """What is published for a platform, and by whom. Raises NOT_FOUND."""
    return existing(tx.get(PublishedVersion, platform))


def read_release(tx: Transaction, platform: Platform) -> AppRelease:
    """What is published for a platform. Raises NOT_FOUND."""
    return existing(find_release(tx, platform))


def _state_of(
    tx: Transaction, component: Component, incidents: Sequence[IncidentRecord]
) -> ComponentState:
    """What is measured, or what an open incident says where that is worse."""
    told = [
        STATUS_OF_IMPACT[IncidentImpact(it.incident.impact)]
        for it in incidents
        if it.incident.resolved_at is None
        and it.incident.started_at <= tx.now
        and component in it.components
    ]
    if component not in MEASURED:
        return ComponentState(component, worst_status(told), None, tx.now)
    health = health_at(tx, component, tx.now)
    status = worst_status([health.status, *told])
    return ComponentState(component, status, health.success_rate, tx.now)
