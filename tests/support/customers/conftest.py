"""A customer, and agents who look at customers; the trail of what they saw."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.factory import Wallet
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

Trail = Callable[[], list[AuditEntry]]


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet, card=True)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


@pytest.fixture
def supervisor(wallet: Wallet) -> Colleague:
    return create_agent(wallet, Role.SUPERVISOR)


@pytest.fixture
def trail(wallet: Wallet) -> Trail:
    """Reads every entry of the trail, oldest first."""

    def read() -> list[AuditEntry]:
        with wallet.database.snapshot() as tx:
            return list(tx.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq)))

    return read
