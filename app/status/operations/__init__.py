"""What the status domain does for others, and what it is handed."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.audit.trail import AuditTrail
from app.core.database import Database
from app.core.events import Events


@dataclass(frozen=True, slots=True)
class StatusDependencies:
    """Handed over by the factory; `timezone` is that of calendar days."""

    database: Database
    audit: AuditTrail
    events: Events
    timezone: ZoneInfo
