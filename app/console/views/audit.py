"""The audit trail, filterable, and the proof that nobody has changed it."""

from typing import Final

from app.audit.operations.read_trail import read_trail
from app.audit.operations.verify_trail import verify_trail
from app.auth.rules import Role
from app.console.dependencies import ConsoleDependencies
from app.console.pages import Pages, Shown, Visit

pages = Pages()

FILTERS: Final = ("actor", "action", "customer_id", "subject")


@pages.get("/audit", role=Role.SUPERVISOR)
def show_audit(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Who did what, to whom and why, newest first."""
    filters = {name: visit.query[name] for name in FILTERS if visit.query.get(name)}
    entries = read_trail(deps.audit, visit.me.id, filters, visit.page)
    return Shown("audit.html", {"entries": entries, "filters": FILTERS})


@pages.post("/audit/verify", role=Role.SUPERVISOR)
def verify_audit(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Follow the whole chain and say whether it holds."""
    return Shown("audit_verified.html", {"found": verify_trail(deps.audit, visit.me.id)})
