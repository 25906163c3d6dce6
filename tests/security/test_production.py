"""What a fresh production has of the sandbox: no account that anybody knows, no clock that anybody moved."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.auth.hashing import PasswordHasher
from app.auth.models import Agent, User
from app.core.clock import VirtualClock, machine_now
from app.factory import Wallet, create_wallet
from tests.conftest import Outside, test_settings
from tests.databases import Databases, Kind


@pytest.fixture
def production(
    kind: Kind, databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> Iterator[Wallet]:
    with databases.fresh(kind) as url:
        settings = test_settings(url, tmp_path, environment="production", simulated_edges=())
        wired = create_wallet(settings, edges=outside.edges(), hasher=hasher)
        yield wired
        wired.close()


def test_there_is_no_account_that_comes_with_the_house(production: Wallet) -> None:
    with production.database.snapshot() as tx:
        for table in (User, Agent):
            assert tx.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_clock_that_a_sandbox_moved_does_not_end_a_lock_in_production(production: Wallet) -> None:
    """Who restores a sandbox's database, or can write that row, must not get half an hour for nothing."""
    with production.database.transaction() as tx:
        tx.change(sa.update(VirtualClock).values(offset_ms=31 * 60 * 1000))
    with production.database.snapshot() as tx:
        assert abs(tx.now - machine_now()) < timedelta(seconds=5)
