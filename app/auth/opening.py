"""Makes what the operations on accounts need, for the factory."""

from app.audit.trail import AuditTrail
from app.auth.hashing import PasswordHasher
from app.auth.operations import AuthDependencies
from app.auth.passwords import PASSWORD_POLICIES
from app.core.database import Database
from app.core.events import Events
from app.core.security import KeyRing
from app.core.settings import Settings


def open_auth(
    settings: Settings,
    database: Database,
    keys: KeyRing,
    events: Events,
    audit: AuditTrail,
    hasher: PasswordHasher | None = None,
) -> AuthDependencies:
    """What the operations need; a `hasher` of its own unless one is given."""
    return AuthDependencies(
        database=database,
        keys=keys,
        hasher=hasher or PasswordHasher(keys),
        events=events,
        audit=audit,
        policy=PASSWORD_POLICIES[settings.password_policy],
        timezone=settings.timezone,
        address_limits=settings.address_limits,
    )
