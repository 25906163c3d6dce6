"""A mailroom over both databases."""

import pytest

from app.factory import Wallet
from tests.conftest import Clock, Outside
from tests.factories.mails import Mailroom


@pytest.fixture
def mailroom(wallet: Wallet, clock: Clock, outside: Outside) -> Mailroom:
    return Mailroom(wallet, clock, outside)
