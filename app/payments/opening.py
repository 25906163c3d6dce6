"""Makes what the operations on money need, for the factory."""

from app.auth.operations import AuthDependencies
from app.banking.operations import BankingDependencies
from app.edges.bundle import Edges
from app.payments.operations import PaymentDependencies


def open_payments(
    auth: AuthDependencies, banking: BankingDependencies, edges: Edges
) -> PaymentDependencies:
    """What the operations need."""
    return PaymentDependencies(
        database=auth.database,
        auth=auth,
        gateway=edges.gateway,
        bank=edges.bank,
        vault=banking.vault,
        events=auth.events,
        timezone=auth.timezone,
    )
