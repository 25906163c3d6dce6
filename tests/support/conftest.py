"""The support domain over HTTP."""

import pytest

from app import factory
from app.core.http.api import WebApi
from app.support import routes
from app.support.operations import SupportDependencies


@pytest.fixture(autouse=True)
def wired(request: pytest.FixtureRequest) -> None:
    if "wallet" not in request.fixturenames:
        return
    wallet = request.getfixturevalue("wallet")
    if "support" in wallet.app.blueprints:
        return
    deps = SupportDependencies(wallet.database, wallet.edges.gateway, wallet.settings.timezone)
    rest = wallet.app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    web = WebApi(wallet.app, wallet.database, factory._gates(wallet), wallet.keys, rest)
    web.add(routes.routes, deps)
