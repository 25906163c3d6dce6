"""A world per test process, empty for each test; and the making of worlds to be killed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.world.running import RunningWorld


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    running = RunningWorld(tmp_path_factory.mktemp("world"))
    yield running
    assert running.stop() == 0
    assert running.complaints == ""


@pytest.fixture
def world(shared_world: RunningWorld) -> RunningWorld:
    shared_world.reset()
    return shared_world


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[RunningWorld]:
    """A world that the test may end as it likes."""
    running = RunningWorld(tmp_path / "own")
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def tokenised(world: RunningWorld) -> Callable[[str], str]:
    """Make a token for a card number."""

    def make(card_number: str) -> str:
        body = {"card_number": card_number, "holder_name": "张三", "phone": "+8613800138000"}
        return str(world.call("bank", "POST", "/v1/tokens", body).json()["token"])

    return make
