"""What customers do with their accounts, one file each; every operation owns its transactions."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.audit.trail import AuditTrail
from app.auth.hashing import PasswordHasher
from app.auth.passwords import PasswordPolicy
from app.core.database import Database
from app.core.events import Events
from app.core.security import KeyRing


@dataclass(frozen=True, slots=True)
class AuthDependencies:
    """What the operations need. `timezone` is where calendar days begin and end.

    `address_limits` tells whether codes are counted per network address.
    """

    database: Database
    keys: KeyRing
    hasher: PasswordHasher
    events: Events
    audit: AuditTrail
    policy: PasswordPolicy
    timezone: ZoneInfo
    address_limits: bool
