"""Incidents: what the machine drafted or a person wrote, corrected, published, told of, resolved."""

from typing import Any, Final

from app.auth.agent_queries import names_of_agents
from app.auth.rules import Role
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_local_moment
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.http.decoding import load
from app.core.pagination import PageRequest
from app.status import incident_queries as queries
from app.status.agent_schemas import IncidentChangeSchema, NewIncidentSchema
from app.status.bodies import read_incident_change, read_new_incident
from app.status.components import COMPONENT_NAMES, Component, IncidentImpact, IncidentStatus
from app.status.incident_queries import IncidentRecord
from app.status.models import Incident
from app.status.operations.change_incident import change_incident
from app.status.operations.open_incident import open_incident

pages = Pages()

MOST_OPEN: Final = 50
CHOICES: Final = {
    "impacts": tuple(IncidentImpact),
    "statuses": tuple(IncidentStatus),
    "components": tuple(Component),
    "component_names": COMPONENT_NAMES,
}


def list_open(tx: Transaction) -> list[tuple[IncidentRecord, int]]:
    """What goes on or is planned, drafts included, with how many users it hit."""
    page = PageRequest(MOST_OPEN)
    found = queries.list_incidents(tx, page, is_open=True, is_published=None)
    return [(record, queries.count_affected_users(tx, record)) for record in found.data]


@pages.post("/status/incidents", role=Role.SUPERVISOR)
def write_incident(deps: ConsoleDependencies, visit: Visit) -> GoTo:
    """A new one, as a draft unless it is to be seen by everybody at once."""
    body = load(NewIncidentSchema(), _typed(deps, visit) | {"publish": "publish" in visit.form})
    new = read_new_incident(body)
    record = open_incident(deps.status, visit.me.id, new)
    return GoTo(f"/status/incidents/{record.incident.id}", says="incident_written")


@pages.get("/status/incidents/<incident_id>")
def show_incident(deps: ConsoleDependencies, visit: Visit, incident_id: str) -> Shown:
    """One incident, whom it hit, and all that was said of it."""
    with deps.database.snapshot() as tx:
        record = queries.read_incident(tx, incident_id)
        writers = {update.created_by for update in record.updates}
        values = {
            "it": record.incident,
            "concerned": record.components,
            "updates": record.updates,
            "affected": queries.count_affected_users(tx, record),
            "names": names_of_agents(tx, writers | {record.incident.created_by}),
            "now": tx.now,
        }
    return Shown("status/incident.html", {**values, **CHOICES})


@pages.post("/status/incidents/<incident_id>", role=Role.SUPERVISOR)
def correct_incident(deps: ConsoleDependencies, visit: Visit, incident_id: str) -> GoTo:
    """Other words, another impact, other components: what differs from what there is."""
    with deps.database.snapshot() as tx:
        record = queries.read_incident(tx, incident_id)
        known = _known(record.incident, record)
    wanted = _typed(deps, visit)
    changed = {
        name: value for name, value in wanted.items() if name in known and known[name] != value
    }
    return _change(deps, visit, incident_id, changed, "incident_corrected")


@pages.post("/status/incidents/<incident_id>/updates", role=Role.SUPERVISOR)
def tell_of_incident(deps: ConsoleDependencies, visit: Visit, incident_id: str) -> GoTo:
    """Something new to say, in the status that it brings."""
    wanted = {"status": visit.word("status"), "update": {"text": _pair(visit, "text")}}
    return _change(deps, visit, incident_id, wanted, "incident_told")


@pages.post("/status/incidents/<incident_id>/publish", role=Role.SUPERVISOR)
def publish_incident(deps: ConsoleDependencies, visit: Visit, incident_id: str) -> GoTo:
    """Let everybody see it, for good."""
    return _change(deps, visit, incident_id, {"publish": True}, "incident_published")


def _change(
    deps: ConsoleDependencies, visit: Visit, incident_id: str, wanted: dict[str, Any], says: str
) -> GoTo:
    body = load(IncidentChangeSchema(), wanted)
    change = read_incident_change(body)
    change_incident(deps.status, visit.me.id, incident_id, change)
    return GoTo(f"/status/incidents/{incident_id}", says=says)


def _typed(deps: ConsoleDependencies, visit: Visit) -> dict[str, Any]:
    """What the form says of an incident, in the shape of the API."""
    zone = deps.status.timezone
    typed: dict[str, Any] = {"title": _pair(visit, "title"), "impact": visit.word("impact")}
    typed["components"] = [code.value for code in Component if f"on_{code}" in visit.form]
    for name in ("started_at", "ends_at"):
        at = read_local_moment(visit.form.get(name, ""), zone, f"/{name}")
        if at is not None:
            typed[name] = rfc3339(at)
    if "text_zh" in visit.form:
        typed["update"] = {"text": _pair(visit, "text")}
    if "status" in visit.form:
        typed["status"] = visit.word("status")
    return typed


def _known(incident: Incident, record: IncidentRecord) -> dict[str, Any]:
    """The same of an incident that there is, to the minute as a form shows it."""
    ends_at = incident.ends_at and incident.ends_at.replace(second=0, microsecond=0)
    return {
        "title": {"zh": incident.title_zh, "en": incident.title_en},
        "impact": incident.impact,
        "components": [code.value for code in record.components],
        "ends_at": ends_at and rfc3339(ends_at),
    }


def _pair(visit: Visit, name: str) -> dict[str, str]:
    return {"zh": visit.word(f"{name}_zh"), "en": visit.word(f"{name}_en")}
