"""The support domain over HTTP."""

import pytest

from app.factory import Wallet
from app.support import routes
from app.support.operations import SupportDependencies
from app.support.seeding import seed


@pytest.fixture(autouse=True)
def wired(request: pytest.FixtureRequest) -> None:
    if "wallet" not in request.fixturenames:
        return
    wallet: Wallet = request.getfixturevalue("wallet")
    if "support" in wallet.app.blueprints:
        return
    deps = SupportDependencies(wallet.database, wallet.edges.gateway, wallet.settings.timezone)
    wallet.web.add(routes.routes, deps)
    with wallet.database.transaction() as tx:
        seed(tx)
