"""Reading incidents with what belongs to them, drafts included, and whom they hit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import NOT_FOUND, existing
from app.core.pagination import Page, PageRequest, fetch_page
from app.notifications.models import Handover, OutboxMessage
from app.payments.models import Attempt, Instruction
from app.status.components import Component
from app.status.measuring import CHANNELS, IS_FAULT, ROUTES
from app.status.models import Incident, IncidentComponent, IncidentUpdate

IS_PUBLIC: Final = Incident.published_at.is_not(None)
"""Only these are shown to users, and only these explain a failed payment."""


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    """An incident with its components and updates, the newest first."""

    incident: Incident
    components: Sequence[Component]
    updates: Sequence[IncidentUpdate]


def read_incidents(tx: Transaction, wanted: sa.ColumnElement[bool]) -> Sequence[IncidentRecord]:
    """The incidents that are `wanted`, the newest first."""
    query = sa.select(Incident).where(wanted)
    rows = tx.scalars(query.order_by(Incident.started_at.desc(), Incident.id.desc())).all()
    return _with_parts(tx, rows)


def read_incident(tx: Transaction, incident_id: str) -> IncidentRecord:
    """One incident. Raises NOT_FOUND."""
    found = read_incidents(tx, Incident.id == incident_id)
    if not found:
        raise NOT_FOUND()
    return found[0]


def lock_incident(tx: Transaction, incident_id: str) -> Incident:
    """One incident, to be changed: whoever changes it too comes after. Raises NOT_FOUND."""
    return existing(tx.get(Incident, incident_id, with_for_update=True))


def list_incidents(
    tx: Transaction, page: PageRequest, *, is_open: bool | None, is_published: bool | None
) -> Page[IncidentRecord]:
    """All incidents, or those that are (not) open and (not) published."""
    query = sa.select(Incident)
    if is_open is not None:
        query = query.where(Incident.resolved_at.is_(None) == is_open)
    if is_published is not None:
        query = query.where(Incident.published_at.is_not(None) == is_published)
    found = fetch_page(tx, query, page, at=Incident.started_at, row_id=Incident.id)
    return Page(_with_parts(tx, found.data), found.next)


def has_open_incident(tx: Transaction, component: Component) -> bool:
    """Whether anything that goes on, published or not, planned or not, is known of a component."""
    query = (
        sa.select(Incident.id)
        .join(IncidentComponent, IncidentComponent.incident_id == Incident.id)
        .where(
            IncidentComponent.component == component,
            Incident.resolved_at.is_(None),
            Incident.started_at <= tx.now,
        )
    )
    return tx.scalar(query.limit(1)) is not None


def count_affected_users(tx: Transaction, record: IncidentRecord) -> int:
    """How many users had an attempt or a message fail, while it went on, by a fault of one of its components."""
    since = record.incident.started_at
    until = record.incident.resolved_at or tx.now
    hit = [_hit_through(component, since, until) for component in record.components]
    parts = [part for part in hit if part is not None]
    if not parts:
        return 0
    users = sa.union_all(*parts).subquery()
    return tx.scalar(sa.select(sa.func.count(users.c.user_id.distinct()))) or 0


def _hit_through(component: Component, since: datetime, until: datetime) -> Any:
    if component in CHANNELS:
        return (
            sa.select(OutboxMessage.user_id)
            .join(Handover, Handover.message_id == OutboxMessage.id)
            .where(
                Handover.channel == CHANNELS[component],
                Handover.at.between(since, until),
                Handover.is_fault,
                OutboxMessage.user_id.is_not(None),
            )
        )
    if component not in ROUTES:
        return None
    return (
        sa.select(Instruction.user_id)
        .join(Attempt, Attempt.instruction_id == Instruction.id)
        .where(
            Instruction.kind.in_(ROUTES[component]),
            Attempt.started_at.between(since, until),
            Attempt.finished_at.is_not(None),
            IS_FAULT,
        )
    )


def _with_parts(tx: Transaction, rows: Sequence[Incident]) -> Sequence[IncidentRecord]:
    ids = [row.id for row in rows]
    components = _components_of(tx, ids)
    updates: dict[str, list[IncidentUpdate]] = {incident_id: [] for incident_id in ids}
    said = sa.select(IncidentUpdate).where(IncidentUpdate.incident_id.in_(ids))
    newest = (IncidentUpdate.created_at.desc(), IncidentUpdate.id.desc())
    for update in tx.scalars(said.order_by(*newest)):
        updates[update.incident_id].append(update)
    return [IncidentRecord(row, components[row.id], updates[row.id]) for row in rows]


def _components_of(tx: Transaction, ids: Sequence[str]) -> Mapping[str, Sequence[Component]]:
    """The components of each incident, in the order of the page."""
    concerned: dict[str, set[str]] = {incident_id: set() for incident_id in ids}
    query = sa.select(IncidentComponent).where(IncidentComponent.incident_id.in_(ids))
    for row in tx.scalars(query):
        concerned[row.incident_id].add(row.component)
    return {
        incident_id: [component for component in Component if component in found]
        for incident_id, found in concerned.items()
    }
