"""A real receiver for all tests of a module, an admin, and the wallet's sender replaced where no socket is needed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.factory import Wallet
from app.webhooks import jobs as webhook_jobs
from app.webhooks.operations import WebhookDependencies
from tests.factories.webhooks import Admin, FakeSender, Receiver, create_admin


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
