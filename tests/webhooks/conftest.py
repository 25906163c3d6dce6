"""A wallet that shares secrets with gateway and bank, an admin, a real receiver, and a sender without sockets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.auth.hashing import PasswordHasher
from app.factory import Wallet, create_wallet
from app.webhooks import jobs as webhook_jobs
from app.webhooks.operations import WebhookDependencies
from tests.conftest import Clock, Outside, test_settings
from tests.databases import Databases, Kind
from tests.factories.webhooks import (
    CALLBACK_SECRETS,
    Admin,
    Caller,
    FakeSender,
    Receiver,
    create_admin,
)

ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""For what is the same on every engine, since no statement depends on it."""


@pytest.fixture
def wallet(
    kind: Kind, databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> Iterator[Wallet]:
    """The whole wallet, with the secrets of callbacks."""
    with databases.fresh(kind) as url:
        secrets = {f"{source}_callback_secret": it for source, it in CALLBACK_SECRETS.items()}
        settings = test_settings(url, tmp_path, **secrets)
        wired = create_wallet(settings, edges=outside.edges(), hasher=hasher)
        yield wired
        wired.close()


@pytest.fixture
def gateway(wallet: Wallet, clock: Clock) -> Caller:
    return Caller(wallet.app.test_client(), "gateway", clock.now)


@pytest.fixture
def bank(wallet: Wallet, clock: Clock) -> Caller:
    return Caller(wallet.app.test_client(), "bank", clock.now)


@pytest.fixture(scope="module")
def running_receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(running_receiver: Receiver) -> Receiver:
    running_receiver.forget()
    return running_receiver


@pytest.fixture
def admin(wallet: Wallet) -> Admin:
    return create_admin(wallet)


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


@pytest.fixture
def webhooks(wallet: Wallet, sender: FakeSender) -> WebhookDependencies:
    """The wallet's webhooks, sent by the fake `sender`."""
    deps = replace(wallet.webhooks, sender=sender)
    wallet.jobs.handlers.update(webhook_jobs.handlers(deps))
    return deps
