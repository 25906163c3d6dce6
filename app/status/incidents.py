"""Writing incidents in the caller's transaction: rows, audit, and what is announced. Reads: `incident_queries.py`.

Only what was published is announced; a draft is nobody's business.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from app.audit.rules import Act
from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.events import Event
from app.core.ids import new_id
from app.core.locale import Text
from app.status.components import INCIDENT_TRANSITIONS, Component, IncidentStatus
from app.status.models import Incident, IncidentComponent, IncidentUpdate
from app.status.operations import StatusDependencies


def set_components(tx: Transaction, incident_id: str, components: Iterable[Component]) -> None:
    """Have an incident concern these components, and no others."""
    tx.execute(sa.delete(IncidentComponent).where(IncidentComponent.incident_id == incident_id))
    for component in sorted(set(components)):
        tx.add(IncidentComponent(incident_id=incident_id, component=component))
    tx.flush()


def say(tx: Transaction, incident: Incident, text: Text, who: str) -> None:
    """Append an update in the state that the incident is in."""
    tx.add(
        IncidentUpdate(
            id=new_id("upd"),
            incident_id=incident.id,
            status=incident.status,
            text_zh=text.zh,
            text_en=text.en,
            created_at=tx.now,
            created_by=who,
        )
    )
    tx.flush()


def may_become(incident: Incident, status: IncidentStatus) -> bool:
    """Whether an incident may get that status, or has it already."""
    old = IncidentStatus(incident.status)
    return status is old or status in INCIDENT_TRANSITIONS[old]


def set_status(tx: Transaction, incident: Incident, status: IncidentStatus) -> None:
    """Move an incident on; planned work that is called off before it began ends where it would have begun."""
    incident.status = status
    if status is IncidentStatus.RESOLVED and incident.resolved_at is None:
        incident.resolved_at = max(tx.now, incident.started_at)
    tx.flush()


def announce(tx: Transaction, deps: StatusDependencies, incident: Incident, happened: str) -> None:
    """Tell listeners of an incident that is public: `incident.published`, `incident.updated`, `incident.resolved`."""
    if incident.published_at is None:
        return
    components = tx.scalars(
        sa.select(IncidentComponent.component)
        .where(IncidentComponent.incident_id == incident.id)
        .order_by(IncidentComponent.component)
    ).all()
    data = {
        "status": incident.status,
        "impact": incident.impact,
        "components": list(components),
        "title": {"zh": incident.title_zh, "en": incident.title_en},
        "started_at": rfc3339(incident.started_at),
        "resolved_at": _written(incident.resolved_at),
    }
    deps.events.announce(tx, Event(f"incident.{happened}", incident.id, None, data))


def record(
    tx: Transaction,
    deps: StatusDependencies,
    incident: Incident,
    who: str,
    action: str,
    fields: Iterable[str] = (),
) -> None:
    """Put into the audit who did what to an incident, and to which of its fields."""
    detail = {"status": incident.status, "impact": incident.impact}
    act = Act(
        actor=who, action=action, subject=incident.id, fields=tuple(sorted(fields)), detail=detail
    )
    deps.audit.record(tx, act)


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
