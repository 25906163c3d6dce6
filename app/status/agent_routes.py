"""`/internal/v1/incidents`, `components` and `app-versions`: agents read them, supervisors write."""

from datetime import timedelta
from typing import Any

from app.auth.rules import Role
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.http.call import Call
from app.core.http.ranges import SeriesQuerySchema, read_spans
from app.core.http.routes import Access, Routes
from app.core.pagination import Page
from app.core.series import Width
from app.status import incident_queries as queries
from app.status.agent_schemas import (
    AgentIncidentSchema,
    IncidentChangeSchema,
    IncidentQuerySchema,
    NewAppVersionSchema,
    NewIncidentSchema,
    PublishedVersionSchema,
    PublishedVersionsSchema,
    SuccessRatesSchema,
)
from app.status.bodies import read_incident_change, read_new_incident, read_new_release
from app.status.components import Component
from app.status.errors import INCIDENT_RESOLVED
from app.status.incident_queries import IncidentRecord
from app.status.models import PublishedVersion
from app.status.operations import StatusDependencies
from app.status.operations import change_incident as changing
from app.status.operations import open_incident as opening
from app.status.operations import publish_app_version as publishing
from app.status.queries import list_releases, read_published
from app.status.success_rates import success_rates

routes = Routes(
    "status_agents", prefix="/internal/v1", tag="Status", access=Access.AGENT, role=Role.AGENT
)
USUAL_RANGE = timedelta(days=1)


@routes.get("/incidents", query=IncidentQuerySchema, answers={200: AgentIncidentSchema}, paged=True)
def list_incidents(deps: StatusDependencies, call: Call) -> Page[dict[str, Any]]:
    """Incidents and planned work, drafts included, the latest beginning first."""
    state, visibility = call.query.get("state"), call.query.get("visibility")
    with deps.database.snapshot() as tx:
        found = queries.list_incidents(
            tx,
            call.page,
            is_open=None if state is None else state == "open",
            is_published=None if visibility is None else visibility == "published",
        )
        return found.map(lambda record: _incident(tx, record))


@routes.get("/incidents/<incident_id>", answers={200: AgentIncidentSchema})
def read_incident(deps: StatusDependencies, call: Call, incident_id: str) -> dict[str, Any]:
    """One incident, with all that was said of it and how many users it hit."""
    with deps.database.snapshot() as tx:
        return _incident(tx, queries.read_incident(tx, incident_id))


@routes.post(
    "/incidents",
    body=NewIncidentSchema,
    answers={201: AgentIncidentSchema},
    role=Role.SUPERVISOR,
)
def open_incident(deps: StatusDependencies, call: Call) -> dict[str, Any]:
    """Open an incident or plan maintenance; with `publish` everybody sees it at once.

    The machine opens drafts by itself where a component's success rate is bad, and closes them when it is well again.
    """
    new = read_new_incident(call.body)
    record = opening.open_incident(deps, call.who.id, new)
    return _shown(deps, record)


@routes.patch(
    "/incidents/<incident_id>",
    body=IncidentChangeSchema,
    answers={200: AgentIncidentSchema},
    errors=(INCIDENT_RESOLVED,),
    role=Role.SUPERVISOR,
)
def change_incident(deps: StatusDependencies, call: Call, incident_id: str) -> dict[str, Any]:
    """Say something new of an incident, move it on, correct it, or publish it.

    An `update` is shown in the status that is given with it. What was published stays public.
    """
    change = read_incident_change(call.body)
    return _shown(deps, changing.change_incident(deps, call.who.id, incident_id, change))


@routes.get(
    "/components/<component_code>/success-rates",
    query=SeriesQuerySchema,
    answers={200: SuccessRatesSchema},
)
def read_success_rates(deps: StatusDependencies, call: Call, component_code: str) -> dict[str, Any]:
    """How often a component did what it was asked, over time; what counts is what its status counts."""
    component, width = _component(component_code), Width(call.query["step"])
    with deps.database.snapshot() as tx:
        spans = read_spans(call.query, tx.now, USUAL_RANGE, deps.timezone)
        points = success_rates(tx, component, spans)
    return {"component": component, "step": width, "points": points}


@routes.get("/app-versions", answers={200: PublishedVersionsSchema})
def list_app_versions(deps: StatusDependencies, call: Call) -> dict[str, Any]:
    """What is published for every platform."""
    with deps.database.snapshot() as tx:
        return {"data": [_published(row) for row in list_releases(tx)]}


@routes.get("/app-versions/<platform>", answers={200: PublishedVersionSchema})
def read_published_version(deps: StatusDependencies, call: Call, platform: str) -> dict[str, Any]:
    """What is published for a platform."""
    with deps.database.snapshot() as tx:
        return _published(read_published(tx, publishing.platform_named(platform)))


@routes.put(
    "/app-versions/<platform>",
    body=NewAppVersionSchema,
    answers={200: PublishedVersionSchema},
    role=Role.SUPERVISOR,
)
def publish_app_version(deps: StatusDependencies, call: Call, platform: str) -> dict[str, Any]:
    """Publish versions; from now on a money call of an app below the minimum is answered 426."""
    release = read_new_release(publishing.platform_named(platform), call.body)
    return _published(publishing.publish_app_version(deps, call.who.id, release))


def _component(code: str) -> Component:
    try:
        return Component(code)
    except ValueError:
        raise NOT_FOUND() from None


def _shown(deps: StatusDependencies, record: IncidentRecord) -> dict[str, Any]:
    with deps.database.snapshot() as tx:
        return _incident(tx, record)


def _incident(tx: Transaction, record: IncidentRecord) -> dict[str, Any]:
    incident = record.incident
    return {
        "id": incident.id,
        "title": {"zh": incident.title_zh, "en": incident.title_en},
        "status": incident.status,
        "impact": incident.impact,
        "components": record.components,
        "origin": "machine" if incident.drafted_for else "person",
        "started_at": incident.started_at,
        "ends_at": incident.ends_at,
        "recovered_at": incident.recovered_at,
        "resolved_at": incident.resolved_at,
        "published_at": incident.published_at,
        "affected_users": queries.count_affected_users(tx, record),
        "created_by": incident.created_by,
        "updates": [
            {
                "id": update.id,
                "status": update.status,
                "text": {"zh": update.text_zh, "en": update.text_en},
                "created_at": update.created_at,
                "created_by": update.created_by,
            }
            for update in record.updates
        ],
    }


def _published(row: PublishedVersion) -> dict[str, Any]:
    return {
        "platform": row.platform,
        "latest": row.latest,
        "minimum_supported": row.minimum_supported,
        "download_url": row.download_url,
        "release_notes": {"zh": row.release_notes_zh, "en": row.release_notes_en},
        "updated_at": row.updated_at,
        "updated_by": row.updated_by,
    }
