"""A running server on each engine, for journeys that go through it as customers and agents do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases, Kind
from tests.journeys.server import Server


@pytest.fixture
def house(kind: Kind, databases: Databases, tmp_path: Path) -> Iterator[Server]:
    """A server with a data folder of its own, and a database of its own on that engine."""
    url = databases.create_empty(kind) if kind == "postgresql" else None
    server = Server(tmp_path / "var", {"WALLET_DATABASE_URL": url} if url else {}).start()
    yield server
    assert server.stop() == 0
    if url is not None:
        databases.drop(url)
