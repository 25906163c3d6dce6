"""What users do with money, one file each, and what these operations are handed."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.auth.operations import AuthDependencies
from app.banking.vault import CardVault
from app.core.database import Database
from app.core.events import Events
from app.edges.protocols import Bank, Gateway


@dataclass(frozen=True, slots=True)
class PaymentDependencies:
    """Handed over by the factory; `vault` opens a card's token, `timezone` decides where a day begins."""

    database: Database
    auth: AuthDependencies
    gateway: Gateway
    bank: Bank
    vault: CardVault
    events: Events
    timezone: ZoneInfo
