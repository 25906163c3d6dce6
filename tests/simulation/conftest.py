"""One arena per engine and worker process."""

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.simulation.arena import Arena


@pytest.fixture(scope="session")
def sqlite_arena(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    yield from _arena(Arena(databases, "sqlite", tmp_path_factory.mktemp("simulation")))


@pytest.fixture(scope="session")
def postgres_arena(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arena]:
    yield from _arena(Arena(databases, "postgresql", tmp_path_factory.mktemp("simulation")))


def _arena(arena: Arena) -> Iterator[Arena]:
    yield arena
    arena.close()
