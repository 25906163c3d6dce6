"""End planned work when it was planned to end."""

from app.audit.rules import SYSTEM
from app.status.components import IncidentStatus
from app.status.drafting import MAINTENANCE_ENDED
from app.status.incidents import announce, record, say, set_status
from app.status.models import Incident
from app.status.operations import StatusDependencies


def end_maintenance(deps: StatusDependencies, incident_id: str) -> None:
    """Resolve it, unless it is over already or its end was moved."""
    with deps.database.transaction() as tx:
        incident = tx.get(Incident, incident_id, with_for_update=True)
        if incident is None or incident.resolved_at is not None:
            return
        if incident.ends_at is None or incident.ends_at > tx.now:
            return
        set_status(tx, incident, IncidentStatus.RESOLVED)
        say(tx, incident, MAINTENANCE_ENDED, SYSTEM)
        record(tx, deps, incident, SYSTEM, "resolve_incident")
        announce(tx, deps, incident, "resolved")
