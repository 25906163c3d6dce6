"""The code that an agent's phone would show, by the wallet's clock."""

from app.factory import Wallet
from tests.factories.staff import Colleague


def one_time_code(wallet: Wallet, agent: Colleague) -> str:
    with wallet.database.snapshot() as tx:
        return agent.totp(tx.now)
