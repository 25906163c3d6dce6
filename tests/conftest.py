"""Fixtures for every test: a fresh migrated database per test on both engines, the wired wallet, fakes outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import hypothesis
import pytest
import sqlalchemy as sa

from app.auth.hashing import PasswordHasher
from app.core.clock import VirtualClock, machine_now
from app.core.logs import configure_logs
from app.core.security import KeyRing
from app.core.settings import Settings, database_url
from app.edges.bundle import Edges
from app.factory import Wallet, create_wallet
from app.migrating import migrate
from tests.client import Client
from tests.console.chromium import find_chromium
from tests.databases import KINDS, DatabaseRun, Databases, Kind
from tests.fakes import FakeBank, FakeCarrier, FakeGateway, FakeMailer

RUN = pytest.StashKey[DatabaseRun]()
NO_BROWSER = "no Chromium found, the browser tests did NOT run"
SECRET = "a-secret-for-tests-of-more-than-32-characters"


# How long an example takes says how busy the machine is; what hangs is ended by pytest-timeout.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    configure_logs("ERROR")
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = DatabaseRun()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where there is none; the summary says so."""
    if find_chromium() is not None:
        return
    needs = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=needs)
    items[:] = [item for item in items if item not in needs]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["databases"] = str(node.config.stash[RUN].folder)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if RUN in config.stash:
        terminalreporter.write_line(f"databases: {config.stash[RUN].summary()}")
        terminalreporter.write_line(f"browser: {find_chromium() or NO_BROWSER}")
        for report in terminalreporter.getreports("passed"):
            for name, figure in report.user_properties:
                terminalreporter.write_line(f"{name}: {figure}")


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        config.stash[RUN].stop()


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Databases:
    config = request.config
    given = getattr(config, "workerinput", {}).get("databases")
    return Databases(Path(given) if given else config.stash[RUN].folder, _migrate)


def _migrate(url: str) -> None:
    fakes = Outside(FakeGateway(), FakeBank(), FakeCarrier(), FakeMailer())
    wallet = create_wallet(test_settings(url, Path("/tmp")), edges=fakes.edges())
    migrate(wallet.database, wallet.seeds)
    wallet.close()


def test_settings(url: str, data_dir: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "database_url": database_url(url, data_dir),
        "secret_key": SECRET,
        "simulated_edges": ("gateway", "bank", "sms", "email"),
        "sqlite_synchronous": "OFF",
    }
    return Settings(**(values | changes))


test_settings.__test__ = False  # type: ignore[attr-defined]  # a maker, not a test


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """The database engine that the test runs on."""
    return cast("Kind", request.param)


@dataclass
class Outside:
    """The fakes that stand for the outside world."""

    gateway: FakeGateway
    bank: FakeBank
    sms: FakeCarrier
    mail: FakeMailer

    def edges(self) -> Edges:
        return Edges(self.gateway, self.bank, self.sms, self.mail)


@pytest.fixture
def outside() -> Outside:
    return Outside(FakeGateway(), FakeBank(), FakeCarrier(), FakeMailer())


@pytest.fixture(scope="session")
def hasher() -> PasswordHasher:
    """One for all tests: it remembers the slow hashes of the sandbox's fixed passwords."""
    return PasswordHasher(KeyRing(SECRET))


@pytest.fixture
def wallet(
    kind: Kind, databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> Iterator[Wallet]:
    """The whole wallet over a fresh database, with fakes outside."""
    with databases.fresh(kind) as url:
        wired = create_wallet(test_settings(url, tmp_path), edges=outside.edges(), hasher=hasher)
        yield wired
        wired.close()


@pytest.fixture
def client(wallet: Wallet) -> Client:
    """Speaks HTTP to the wallet, in English, without a server."""
    return Client(wallet.app.test_client())


@dataclass
class Clock:
    """Moves the virtual clock, and runs what became due on the way, as the sandbox's `advance` does."""

    wallet: Wallet

    def now(self) -> datetime:
        with self.wallet.database.snapshot() as tx:
            return tx.now

    def advance(self, **delta: float) -> None:
        """Move on step by step: each job runs at its own `due_at`."""
        self.run_due()
        target = self.now() + timedelta(**delta)
        while (job := self.wallet.jobs.claim_next(until=target)) is not None:
            self.jump_to(job.due_at)
            self.wallet.jobs.run(job)
        self.jump_to(target)

    def run_due(self) -> int:
        """Run every job that is due by now and return how many."""
        count = 0
        while (job := self.wallet.jobs.claim_next()) is not None:
            self.wallet.jobs.run(job)
            count += 1
        return count

    def jump_to(self, moment: datetime) -> None:
        """Set the clock without running anything; never back."""
        offset = max(0, round((moment - machine_now()).total_seconds() * 1000))
        with self.wallet.database.transaction() as tx:
            tx.execute(
                sa.update(VirtualClock).values(
                    offset_ms=sa.case(
                        (VirtualClock.offset_ms < offset, offset), else_=VirtualClock.offset_ms
                    )
                )
            )


@pytest.fixture
def clock(wallet: Wallet) -> Clock:
    return Clock(wallet)
