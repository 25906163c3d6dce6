"""Look at the trail (contract, section 8)."""

from collections.abc import Mapping
from typing import Any

from app.audit import queries
from app.audit.models import AuditEntry
from app.audit.operations import AuditDependencies
from app.audit.rules import Act
from app.core.pagination import Page, PageRequest


def read_trail(
    deps: AuditDependencies, by: str, filters: Mapping[str, Any], page: PageRequest
) -> Page[AuditEntry]:
    """One page of the entries that the filters let through, newest first, as it was before this look at it.

    That it was looked at, and by which filters, is written down before anything is shown.
    """
    customer_id = filters.get("customer_id")
    with deps.database.transaction() as tx:
        found = queries.list_entries(tx, filters, page)
        detail = {"filters": sorted(filters), "entries": len(found.data)}
        deps.trail.record(tx, Act(by, "read_audit", customer_id=customer_id, detail=detail))
    return found
