"""What all operations of the desk are handed."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.audit.trail import AuditTrail
from app.auth.operations import AuthDependencies
from app.banking.operations import BankingDependencies
from app.core.database import Database
from app.core.events import Events
from app.core.http.streams import EventStreams
from app.core.security import KeyRing
from app.edges.protocols import Gateway, Mailer
from app.payments.operations import PaymentDependencies
from app.support.conversations.live import LiveFeed


@dataclass(frozen=True, slots=True)
class SupportDependencies:
    """Handed over by the factory; `timezone` is the users' day and clock.

    `gateway` is only ever inquired; money and credentials are moved by the operations of their own domains, which need
    `auth`, `banking` and `payments`. `streams` and `live` are this process's
    own: its open streams, and what wakes them.
    """

    database: Database
    gateway: Gateway
    timezone: ZoneInfo
    keys: KeyRing
    audit: AuditTrail
    events: Events
    mail: Mailer
    auth: AuthDependencies
    banking: BankingDependencies
    payments: PaymentDependencies
    streams: EventStreams
    live: LiveFeed
