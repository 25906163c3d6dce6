"""Change an incident: say something new of it, move it on, correct it, publish it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.database import Transaction
from app.core.locale import Text
from app.status.components import Component, IncidentImpact, IncidentStatus
from app.status.errors import INCIDENT_RESOLVED
from app.status.incident_queries import IncidentRecord, lock_incident, read_incident
from app.status.incidents import announce, may_become, record, say, set_components, set_status
from app.status.models import Incident
from app.status.operations import StatusDependencies
from app.status.operations.open_incident import check_times, plan_end


@dataclass(frozen=True, slots=True)
class IncidentChange:
    """What is to be different; None leaves it as it is. An `update` is said in the status that it brings."""

    status: IncidentStatus | None = None
    update: Text | None = None
    title: Text | None = None
    impact: IncidentImpact | None = None
    components: Sequence[Component] | None = None
    ends_at: datetime | None = None
    publish: bool = False

    @property
    def fields(self) -> list[str]:
        """The names of what is given, for the audit."""
        return [name for name in self.__slots__ if getattr(self, name) not in (None, False)]


def change_incident(
    deps: StatusDependencies, agent_id: str, incident_id: str, change: IncidentChange
) -> IncidentRecord:
    """All of it or nothing. Raises NOT_FOUND, VALIDATION_FAILED, and INCIDENT_RESOLVED for a status after the last.

    What was published stays public. A resolved incident can still be corrected, added to and published.
    """
    with deps.database.transaction() as tx:
        incident = lock_incident(tx, incident_id)
        was_open, was_public = incident.resolved_at is None, incident.published_at is not None
        _apply(tx, incident, change, agent_id)
        record(tx, deps, incident, agent_id, "change_incident", change.fields)
        if change.publish and not was_public:
            incident.published_at = tx.now
            record(tx, deps, incident, agent_id, "publish_incident")
            announce(tx, deps, incident, "published")
        is_over = was_open and incident.resolved_at is not None
        if is_over:
            record(tx, deps, incident, agent_id, "resolve_incident")
        if is_over or was_public:
            announce(tx, deps, incident, "resolved" if is_over else "updated")
        tx.flush()
        return read_incident(tx, incident_id)


def _apply(tx: Transaction, incident: Incident, change: IncidentChange, agent_id: str) -> None:
    if change.status is not None:
        if not may_become(incident, change.status):
            raise INCIDENT_RESOLVED()
        set_status(tx, incident, change.status)
    for name, value in _columns(change).items():
        setattr(incident, name, value)
    if change.impact not in (None, IncidentImpact.MAINTENANCE) and change.ends_at is None:
        incident.ends_at = None
    if change.ends_at is not None or change.impact is not None:
        check_times(tx, incident)
    if change.components is not None:
        set_components(tx, incident.id, change.components)
    if change.update is not None:
        say(tx, incident, change.update, agent_id)
    plan_end(tx, incident)


def _columns(change: IncidentChange) -> dict[str, Any]:
    given: dict[str, Any] = {
        "title_zh": change.title and change.title.zh,
        "title_en": change.title and change.title.en,
        "impact": change.impact,
        "ends_at": change.ends_at,
    }
    return {name: value for name, value in given.items() if value is not None}
