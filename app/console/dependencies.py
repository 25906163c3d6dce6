"""What the pages' views are handed."""

from dataclasses import dataclass

from app.audit.operations import AuditDependencies
from app.auth.operations import AuthDependencies
from app.core.database import Database
from app.status.operations import StatusDependencies
from app.support.dependencies import SupportDependencies


@dataclass(frozen=True, slots=True)
class ConsoleDependencies:
    """Handed over by the factory: what the operations of each domain need."""

    database: Database
    audit: AuditDependencies
    auth: AuthDependencies
    status: StatusDependencies
    support: SupportDependencies
