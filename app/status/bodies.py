"""From a loaded body to what the operations take: one reading for the API and the console."""

from collections.abc import Mapping
from typing import Any

from app.core.locale import Text
from app.status.app_versions import Platform, parse_app_version
from app.status.components import Component, IncidentImpact, IncidentStatus
from app.status.operations.change_incident import IncidentChange
from app.status.operations.open_incident import NewIncident
from app.status.operations.publish_app_version import NewRelease


def read_new_incident(body: Mapping[str, Any]) -> NewIncident:
    """What `NewIncidentSchema` let through."""
    return NewIncident(
        title=Text(**body["title"]),
        text=Text(**body["update"]["text"]) if body["update"] else None,
        impact=IncidentImpact(body["impact"]),
        components=[Component(code) for code in body["components"]],
        status=IncidentStatus(body["status"]),
        started_at=body["started_at"],
        ends_at=body["ends_at"],
        publish=body["publish"],
    )


def read_incident_change(body: Mapping[str, Any]) -> IncidentChange:
    """What `IncidentChangeSchema` let through; what was left out stays as it is."""
    return IncidentChange(
        status=IncidentStatus(body["status"]) if "status" in body else None,
        update=Text(**body["update"]["text"]) if "update" in body else None,
        title=Text(**body["title"]) if "title" in body else None,
        impact=IncidentImpact(body["impact"]) if "impact" in body else None,
        components=[Component(code) for code in body.get("components", ())] or None,
        ends_at=body.get("ends_at"),
        publish=body.get("publish", False),
    )


def read_new_release(platform: Platform, body: Mapping[str, Any]) -> NewRelease:
    """What `NewAppVersionSchema` let through; what was left out stays as it is published."""
    return NewRelease(
        platform=platform,
        latest=parse_app_version(body["latest"]),
        minimum_supported=parse_app_version(body["minimum_supported"]),
        download_url=body.get("download_url"),
        release_notes=Text(**body["release_notes"]) if "release_notes" in body else None,
    )
