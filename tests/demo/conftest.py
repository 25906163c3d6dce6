"""One server for the tests that visit a running one."""

from collections.abc import Iterator

import pytest

from tests.demo.running import read_until, started


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server with an empty data folder."""
    folder = tmp_path_factory.mktemp("server") / "var"
    with started("supervisor", folder) as server:
        yield read_until(server, "ready ")[-1].split()[1]
