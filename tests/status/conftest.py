"""The status domain over HTTP."""

import pytest

from app.factory import Wallet
from app.status import routes
from app.status.operations import StatusDependencies
from app.status.operations.require_supported_app import require_supported_app
from app.status.seeding import seed


@pytest.fixture(autouse=True)
def wired(request: pytest.FixtureRequest) -> None:
    if "wallet" not in request.fixturenames:
        return
    wallet: Wallet = request.getfixturevalue("wallet")
    if "status" in wallet.app.blueprints:
        return
    deps = StatusDependencies(wallet.database)
    wallet.web.add(routes.routes, deps)
    wallet.web.gates.before_money = lambda call: require_supported_app(deps, call)
    with wallet.database.transaction() as tx:
        seed(tx)
