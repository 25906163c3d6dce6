"""What agents ask of the trail, one file each; looking at it is an act, which stands in it too."""

from dataclasses import dataclass

from app.audit.trail import AuditTrail
from app.core.database import Database


@dataclass(frozen=True, slots=True)
class AuditDependencies:
    """What the operations need."""

    database: Database
    trail: AuditTrail
