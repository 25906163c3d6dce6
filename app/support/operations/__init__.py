"""What users ask of support, one file each, and what these operations are handed."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.core.database import Database
from app.edges.protocols import Gateway


@dataclass(frozen=True, slots=True)
class SupportDependencies:
    """Handed over by the factory; `gateway` is only ever inquired, `timezone` is the users' day and clock."""

    database: Database
    gateway: Gateway
    timezone: ZoneInfo
