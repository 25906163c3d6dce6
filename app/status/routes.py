"""`GET /v1/system-status` and `GET /v1/app-version`; both without a login."""

from typing import Any

from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.locale import Locale, Text
from app.status.app_versions import Platform, advise_update, parse_app_version
from app.status.components import COMPONENT_NAMES
from app.status.incident_queries import IncidentRecord
from app.status.operations import StatusDependencies
from app.status.queries import ComponentState, read_release, read_status
from app.status.schemas import AppVersionQuerySchema, AppVersionSchema, SystemStatusSchema

routes = Routes("status", prefix="/v1", tag="Status", access=Access.ANYONE)

_RATE_DIGITS = 4


@routes.get("/system-status", answers={200: SystemStatusSchema})
def read_system_status(deps: StatusDependencies, call: Call) -> dict[str, Any]:
    """What works right now, and the incidents that go on or were resolved in the last 7 days."""
    with deps.database.snapshot() as tx:
        report = read_status(tx)
    return {
        "status": report.status,
        "components": [_component(state, call.locale) for state in report.components],
        "incidents": [_incident(record, call.locale) for record in report.incidents],
    }


@routes.get("/app-version", query=AppVersionQuerySchema, answers={200: AppVersionSchema})
def read_app_version(deps: StatusDependencies, call: Call) -> dict[str, Any]:
    """Whether an app is up to date: below the latest an update is recommended, below the minimum required."""
    version = parse_app_version(call.query["version"])
    with deps.database.snapshot() as tx:
        release = read_release(tx, Platform(call.query["platform"]))
    notes = Text(release.release_notes_zh, release.release_notes_en)
    return {
        "platform": release.platform,
        "version": str(version),
        "latest": str(release.latest),
        "minimum_supported": str(release.minimum_supported),
        "update": advise_update(version, release),
        "download_url": release.download_url,
        "release_notes": notes.said_in(call.locale),
    }


def _component(state: ComponentState, locale: Locale) -> dict[str, Any]:
    rate = state.success_rate
    return {
        "code": state.component,
        "name": COMPONENT_NAMES[state.component].said_in(locale),
        "status": state.status,
        "success_rate": None if rate is None else round(rate, _RATE_DIGITS),
        "updated_at": state.updated_at,
    }


def _incident(record: IncidentRecord, locale: Locale) -> dict[str, Any]:
    incident = record.incident
    return {
        "id": incident.id,
        "title": Text(incident.title_zh, incident.title_en).said_in(locale),
        "status": incident.status,
        "impact": incident.impact,
        "components": record.components,
        "started_at": incident.started_at,
        "resolved_at": incident.resolved_at,
        "updates": [
            {
                "status": update.status,
                "text": Text(update.text_zh, update.text_en).said_in(locale),
                "created_at": update.created_at,
            }
            for update in record.updates
        ],
    }
