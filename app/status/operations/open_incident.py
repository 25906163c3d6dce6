"""Open an incident, or plan maintenance, as a draft or for everybody to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core import jobs
from app.core.database import Transaction
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.ids import new_id
from app.core.locale import Text
from app.status.components import Component, IncidentImpact, IncidentStatus
from app.status.incident_queries import IncidentRecord, read_incident
from app.status.incidents import announce, record, say, set_components
from app.status.models import Incident
from app.status.operations import StatusDependencies

END_JOB = "status.end_maintenance"


@dataclass(frozen=True, slots=True)
class NewIncident:
    """What a person says of an incident; `text` None: nothing yet but the title.

    `started_at` None means now, `ends_at` is for maintenance only.
    """

    title: Text
    text: Text | None
    impact: IncidentImpact
    components: Sequence[Component]
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    started_at: datetime | None = None
    ends_at: datetime | None = None
    publish: bool = False


def open_incident(deps: StatusDependencies, agent_id: str, new: NewIncident) -> IncidentRecord:
    """Record it, with its first update where there is one. Raises VALIDATION_FAILED for times that don't fit.

    Only maintenance may begin later and have a planned end, at which it is resolved by itself.
    """
    with deps.database.transaction() as tx:
        incident = _incident(tx, agent_id, new)
        check_times(tx, incident)
        tx.add(incident)
        tx.flush()
        set_components(tx, incident.id, new.components)
        if new.text is not None:
            say(tx, incident, new.text, agent_id)
        plan_end(tx, incident)
        record(tx, deps, incident, agent_id, "open_incident")
        if new.publish:
            record(tx, deps, incident, agent_id, "publish_incident")
            announce(tx, deps, incident, "published")
        return read_incident(tx, incident.id)


def check_times(tx: Transaction, incident: Incident) -> None:
    """Raises VALIDATION_FAILED where only maintenance could have such times, or they are in the wrong order."""
    planned = incident.impact == IncidentImpact.MAINTENANCE
    ends_at = incident.ends_at
    problems = [
        field_problem(pointer, code)
        for pointer, code, is_wrong in (
            ("/started_at", "in_the_future", not planned and incident.started_at > tx.now),
            ("/ends_at", "invalid_value", ends_at is not None and not planned),
            (
                "/ends_at",
                "invalid_value",
                ends_at is not None and planned and ends_at <= max(incident.started_at, tx.now),
            ),
        )
        if is_wrong
    ]
    if problems:
        raise VALIDATION_FAILED(errors=problems)


def plan_end(tx: Transaction, incident: Incident) -> None:
    """Have planned work end when it is planned to."""
    jobs.cancel(tx, END_JOB, incident.id)
    if incident.ends_at is not None:
        jobs.schedule(tx, END_JOB, incident.id, incident.ends_at)


def _incident(tx: Transaction, agent_id: str, new: NewIncident) -> Incident:
    started_at = new.started_at or tx.now
    is_over = new.status is IncidentStatus.RESOLVED
    return Incident(
        id=new_id("inc"),
        title_zh=new.title.zh,
        title_en=new.title.en,
        status=new.status,
        impact=new.impact,
        started_at=started_at,
        ends_at=new.ends_at,
        resolved_at=max(tx.now, started_at) if is_over else None,
        published_at=tx.now if new.publish else None,
        created_by=agent_id,
    )
