"""What a customer does with bank cards, and what the wallet does for them when a job is due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.banking.vault import CardVault
from app.core.database import Database, Transaction
from app.core.events import Events
from app.core.locale import Text
from app.edges.protocols import Bank

CheckTransactionPassword = Callable[[str, str], None]
RequireActive = Callable[[Transaction, str], None]
Tell = Callable[[Transaction, str, str, Mapping[str, str | Text]], None]


@dataclass(frozen=True, slots=True)
class BankingDependencies:
    """What the factory hands over.

    `check_transaction_password(user_id, given)` owns its transactions and raises the refusals;
    `require_active(tx, user_id)` raises `account_frozen`; `tell(tx, user_id, template, values)` leaves a
    notice in the outbox, a `Text` among the values in the user's language.
    """

    database: Database
    bank: Bank
    vault: CardVault
    events: Events
    check_transaction_password: CheckTransactionPassword
    require_active: RequireActive
    tell: Tell
    micro_deposit_delay: timedelta = timedelta(0)
