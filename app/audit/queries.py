"""Reading the trail: all of it, and what concerns one customer."""

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.database import Transaction


def entries() -> sa.Select[AuditEntry]:
    """Every entry, for the pages of `GET /internal/v1/audit`."""
    return sa.select(AuditEntry)


def looks_at(customer_id: str) -> sa.Select[AuditEntry]:
    """What was done with a customer's data, for that customer's own access log."""
    return sa.select(AuditEntry).where(AuditEntry.customer_id == customer_id)


def last_seq(tx: Transaction) -> int:
    """The number of the newest entry, 0 in an empty trail."""
    return tx.scalar(sa.select(sa.func.max(AuditEntry.seq))) or 0
