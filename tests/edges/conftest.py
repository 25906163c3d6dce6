"""The world and its tokens, shared with the world's own tests, and edges with short limits."""

from collections.abc import Callable, Iterator

import pytest

from app.edges.bank import HttpBank
from app.edges.deadline import Limits
from app.edges.gateway import HttpGateway
from app.edges.mail import SmtpMailer
from app.edges.protocols import CardDetails, TokenisedCard
from app.edges.refusals import RefusalReporter
from app.edges.sms import HttpSmsCarrier
from tests.world.running import RunningWorld, routes_to_nobody

LIMITS = Limits(connect_seconds=1.0, total_seconds=1.5)


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    running = RunningWorld(tmp_path_factory.mktemp("world"))
    yield running
    assert running.stop() == 0


@pytest.fixture
def world(shared_world: RunningWorld) -> RunningWorld:
    shared_world.reset()
    return shared_world


def reporter(world: RunningWorld, target: str) -> RefusalReporter:
    return RefusalReporter(world.addresses["control"], target)


@pytest.fixture
def gateway(world: RunningWorld) -> HttpGateway:
    told = reporter(world, "gateway")
    return HttpGateway(
        world.addresses["gateway"],
        routes=routes_to_nobody(world),
        on_refused=told,
        limits=LIMITS,
    )


@pytest.fixture
def bank(world: RunningWorld) -> HttpBank:
    told = reporter(world, "bank")
    return HttpBank(world.addresses["bank"], on_refused=told, limits=LIMITS)


@pytest.fixture
def carrier(world: RunningWorld) -> HttpSmsCarrier:
    told = reporter(world, "sms")
    return HttpSmsCarrier(world.addresses["sms"], on_refused=told, limits=LIMITS)


@pytest.fixture
def mailer(world: RunningWorld) -> SmtpMailer:
    told = reporter(world, "email")
    return SmtpMailer(world.addresses["smtp"], on_refused=told, limits=LIMITS)


@pytest.fixture
def token_of(bank: HttpBank) -> Callable[[str], str]:
    def make(card_number: str) -> str:
        made = bank.tokenise(CardDetails(card_number, "张三", "+8613800138000"))
        assert isinstance(made, TokenisedCard)
        return made.token

    return make
