"""Makes what the operations on bank cards need of accounts and of the bank, for the factory."""

from collections.abc import Mapping
from datetime import timedelta

from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.operations.check_transaction_password import check_transaction_password
from app.auth.queries import require_active
from app.banking.operations import BankingDependencies
from app.banking.vault import CardVault
from app.core.database import Transaction
from app.core.locale import Text
from app.core.settings import Settings
from app.edges.bundle import Edges
from app.notifications.rules import Template


def open_banking(settings: Settings, auth: AuthDependencies, edges: Edges) -> BankingDependencies:
    """What the operations need."""

    def check_password(user_id: str, given: str) -> None:
        check_transaction_password(auth, user_id, given)

    def tell(
        tx: Transaction, user_id: str, template: str, values: Mapping[str, str | Text]
    ) -> None:
        tell_user(tx, user_id, Template(template), **values)

    return BankingDependencies(
        database=auth.database,
        bank=edges.bank,
        vault=CardVault(auth.keys),
        events=auth.events,
        check_transaction_password=check_password,
        require_active=require_active,
        tell=tell,
        micro_deposit_delay=timedelta(seconds=settings.micro_deposit_delay_seconds),
    )
