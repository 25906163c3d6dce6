"""Visitors and customers of the wired wallet."""

from threading import BoundedSemaphore

import pytest

from app.factory import Wallet
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.auth import Customer, Inbox, Visitor, create_customer


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


@pytest.fixture
def many_turns(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many may hash at once as several workers let, so that more than five tries are there at a time."""
    monkeypatch.setattr(wallet.auth.hasher, "_turns", BoundedSemaphore(16))
