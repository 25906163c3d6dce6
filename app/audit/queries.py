"""Reading the trail: all of it, and what concerns one customer."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from app.audit.models import HEAD_ROW, AuditEntry, AuditHead
from app.core.database import Transaction
from app.core.pagination import Page, PageRequest, Position

_FILTERS: Final[Mapping[str, Callable[[Any], sa.ColumnElement[bool]]]] = {
    "actor": lambda value: AuditEntry.actor == value,
    "action": lambda value: AuditEntry.action == value,
    "subject": lambda value: AuditEntry.subject == value,
    "customer_id": lambda value: AuditEntry.customer_id == value,
    "created_from": lambda value: AuditEntry.at >= value,
    "created_to": lambda value: AuditEntry.at <= value,
}


def list_entries(
    tx: Transaction, filters: Mapping[str, Any], page: PageRequest
) -> Page[AuditEntry]:
    """Entries newest first by their number: times may cross, where acts were done at the same moment."""
    query = sa.select(AuditEntry).where(*(_FILTERS[name](it) for name, it in filters.items()))
    if page.after is not None:
        query = query.where(AuditEntry.seq < int(page.after.id))
    rows = tx.scalars(query.order_by(AuditEntry.seq.desc()).limit(page.limit + 1)).all()
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(shown, Position(shown[-1].at, str(shown[-1].seq)) if more else None)


def looks_at(customer_id: str) -> sa.Select[AuditEntry]:
    """What was done with a customer's data, for that customer's own access log."""
    return sa.select(AuditEntry).where(AuditEntry.customer_id == customer_id)


def has_head(tx: Transaction) -> bool:
    """Whether the trail takes entries: without its head it doesn't."""
    return tx.get(AuditHead, HEAD_ROW) is not None
