"""The sandbox's pages before a wallet with the real simulated world behind it."""

from collections.abc import Iterator

import pytest

from tests.console.conftest import serving
from tests.sandbox.conftest import live, shared_world, world  # noqa: F401 - fixtures
from tests.sandbox.doors import Doors


@pytest.fixture
def sandbox_site(live: Doors) -> Iterator[str]:  # noqa: F811 - the fixture
    with serving(live.wallet) as url:
        yield url
