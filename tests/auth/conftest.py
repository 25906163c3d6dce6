"""Visitors and customers of the wired wallet."""

import pytest

from app.auth import jobs as auth_jobs
from app.auth import routes as auth_routes
from app.auth.operations.render_code import render_code
from app.factory import Wallet
from app.notifications import jobs as notification_jobs
from app.notifications.jobs import NotificationDependencies
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.auth import Customer, Inbox, Visitor, create_customer


@pytest.fixture(autouse=True)
def _wired(request: pytest.FixtureRequest) -> None:
    if "wallet" not in request.fixturenames:
        return
    wallet: Wallet = request.getfixturevalue("wallet")
    if "auth" not in wallet.app.blueprints:
        wallet.web.add(auth_routes.routes, wallet.auth)
        wallet.web.add(auth_routes.me_routes, wallet.auth)
        wallet.jobs.handlers.update(auth_jobs.handlers(wallet.auth))
        deps = NotificationDependencies(
            database=wallet.database,
            sms=wallet.edges.sms,
            mail=wallet.edges.mail,
            render_code=lambda challenge_id, generation: render_code(
                wallet.auth, challenge_id, generation
            ),
        )
        wallet.jobs.handlers.update(notification_jobs.handlers(deps))


@pytest.fixture
def inbox(outside: Outside, clock: Clock) -> Inbox:
    return Inbox(outside, clock)


@pytest.fixture
def visitor(client: Client, inbox: Inbox) -> Visitor:
    """Somebody who isn't signed in."""
    return Visitor(client, inbox)


@pytest.fixture
def customer(wallet: Wallet) -> Customer:
    """Somebody with a phone number and an e-mail address, signed in."""
    return create_customer(wallet)
