"""The service's state: components, success rates as charts, and what is published for the app."""

from datetime import timedelta
from typing import Any, Final

from app.auth.agent_queries import names_of_agents
from app.auth.rules import Role
from app.console.charts import Chart, Line
from app.console.dependencies import ConsoleDependencies
from app.console.pages import Data, GoTo, Pages, Shown, Visit
from app.console.views.incidents import CHOICES, list_open
from app.core.http.decoding import load
from app.core.pagination import PageRequest
from app.core.series import Width, cut
from app.status import incident_queries
from app.status.agent_schemas import NewAppVersionSchema
from app.status.bodies import read_new_release
from app.status.components import COMPONENT_NAMES
from app.status.measuring import MEASURED
from app.status.operations.publish_app_version import platform_named, publish_app_version
from app.status.queries import list_releases, read_status
from app.status.success_rates import success_rates

pages = Pages()

RANGES: Final = {
    "hour": (timedelta(hours=1), Width.MINUTE),
    "day": (timedelta(days=1), Width.HOUR),
    "week": (timedelta(days=7), Width.HOUR),
    "month": (timedelta(days=30), Width.DAY),
}
"""How far back a chart goes, and how finely."""
RESOLVED_SHOWN: Final = 10


@pages.get("/status")
def show_status(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """What works, what doesn't, what was said of it, and which versions of the app may pay."""
    with deps.database.snapshot() as tx:
        report = read_status(tx)
        resolved = incident_queries.list_incidents(
            tx, PageRequest(RESOLVED_SHOWN), is_open=False, is_published=None
        )
        releases = list_releases(tx)
        values = {
            "report": report,
            "opened": list_open(tx),
            "resolved": resolved.data,
            "releases": releases,
            "names": names_of_agents(tx, {it.updated_by for it in releases}),
            "now": tx.now,
        }
    chosen = _range(visit)
    words = {"component_names": COMPONENT_NAMES, "ranges": tuple(RANGES), "chosen": chosen}
    return Shown("status/page.html", {**values, **words, **CHOICES})


@pages.get("/status/rates")
def show_rates(deps: ConsoleDependencies, visit: Visit) -> Data:
    """The success rate of every measured component over time, in percent, for the chart."""
    length, width = RANGES[_range(visit)]
    zone = deps.status.timezone
    with deps.database.snapshot() as tx:
        spans = cut(tx.now - length, tx.now, width, zone)
        found = {component: success_rates(tx, component, spans) for component in MEASURED}
    lines = [
        Line(
            COMPONENT_NAMES[component].said_in(visit.locale),
            [None if point.rate is None else round(point.rate * 100, 2) for point in points],
        )
        for component, points in found.items()
    ]
    return Data(Chart([span.begin for span in spans], lines, zone, "%").document())


@pages.post("/status/app-versions/<platform>", role=Role.SUPERVISOR)
def publish_version(deps: ConsoleDependencies, visit: Visit, platform: str) -> GoTo:
    """Publish versions of the app; older ones than the minimum can't pay any more, at once."""
    body = load(NewAppVersionSchema(), _version(visit))
    release = read_new_release(platform_named(platform), body)
    publish_app_version(deps.status, visit.me.id, release)
    return GoTo("/status", says="version_published")


def _version(visit: Visit) -> dict[str, Any]:
    plain = ("latest", "minimum_supported", "download_url")
    notes = {"zh": visit.word("notes_zh"), "en": visit.word("notes_en")}
    return {name: visit.word(name) for name in plain} | {"release_notes": notes}


def _range(visit: Visit) -> str:
    asked = visit.query.get("range", "")
    return asked if asked in RANGES else "day"
