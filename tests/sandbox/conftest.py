"""The wallet with its doors open and the real simulated world behind it, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.edges.bundle import Edges
from app.edges.deadline import Limits
from app.edges.gateway import HttpGateway
from app.edges.opening import open_edges
from app.edges.refusals import RefusalReporter
from app.factory import Wallet, create_wallet
from tests.conftest import test_settings
from tests.databases import Databases, Kind
from tests.sandbox.doors import Doors
from tests.world.running import RunningWorld, routes_to_nobody

GATEWAY_SECONDS = 1.5
THREADS = 8


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    running = RunningWorld(tmp_path_factory.mktemp("world"))
    yield running
    running.stop()


@pytest.fixture
def world(shared_world: RunningWorld) -> RunningWorld:
    shared_world.reset()
    return shared_world


@pytest.fixture
def live(kind: Kind, databases: Databases, world: RunningWorld, tmp_path: Path) -> Iterator[Doors]:
    """The doors of a wallet that reaches the world over sockets; a silent gateway is waited for 1.5 s, not 8."""
    addresses = world.addresses
    with databases.fresh(kind) as url:
        settings = test_settings(
            url,
            tmp_path,
            gateway_url=addresses["gateway"],
            gateway_routes=routes_to_nobody(world),
            bank_url=addresses["bank"],
            sms_url=addresses["sms"],
            smtp_url=addresses["smtp"],
            world_url=addresses["control"],
            threads=THREADS,
        )
        wallet = create_wallet(settings, edges=_impatient(open_edges(settings), world))
        yield Doors(wallet)
        wallet.close()


@pytest.fixture
def doors(wallet: Wallet) -> Doors:
    """The doors of a wallet with fakes outside and no world."""
    return Doors(wallet)


def _impatient(edges: Edges, world: RunningWorld) -> Edges:
    gateway = HttpGateway(
        world.addresses["gateway"],
        routes=routes_to_nobody(world),
        on_refused=RefusalReporter(world.addresses["control"], "gateway"),
        limits=Limits(total_seconds=GATEWAY_SECONDS),
    )
    return replace(edges, gateway=gateway)
