"""What the status domain does for others, and what it is handed."""

from dataclasses import dataclass

from app.audit.trail import AuditTrail
from app.core.database import Database


@dataclass(frozen=True, slots=True)
class StatusDependencies:
    """Handed over by the factory."""

    database: Database
    audit: AuditTrail
