"""Fixtures of the supervisor's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Stand-in programs in a folder of their own."""
    made = House(tmp_path)
    yield made
    made.close()
