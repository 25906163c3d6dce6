"""Who may knock at the doors: nobody from another site, however it names itself."""

import pytest

from app.sandbox.origin import is_local_caller
from tests.sandbox.doors import Doors

LOCAL = [
    "localhost",
    "localhost:8000",
    "LOCALHOST:1",
    "127.0.0.1",
    "127.0.0.1:65535",
    "127.8.9.1",
    "[::1]",
    "[::1]:8000",
    "[::ffff:127.0.0.1]:80",
]
FOREIGN = [
    "",
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "evil.localhost",
    "localhost.",
    "127.0.0.1.evil.example",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0.0.0.0",
    "10.0.0.1",
    "[::]",
    "[::2]:8000",
    "::1",
    "localhost:8000:1",
    "localhost:",
    "localhost@evil.example",
    "localhost/evil",
    "localhost\n",
    "１２７.0.0.1",
]


@pytest.mark.parametrize("host", LOCAL)
def test_a_loopback_name_is_local(host: str) -> None:
    assert is_local_caller("127.0.0.1", host, None)
    assert is_local_caller("127.0.0.1", "localhost", f"http://{host}")
    assert is_local_caller("127.0.0.1", "localhost", f"https://{host}")


@pytest.mark.parametrize("host", FOREIGN)
def test_any_other_name_is_foreign(host: str) -> None:
    assert not is_local_caller("127.0.0.1", host, None)
    assert not is_local_caller("127.0.0.1", "localhost", f"http://{host}")


@pytest.mark.parametrize("origin", ["null", "", "localhost", "file://", "ftp://localhost"])
def test_an_origin_that_is_no_web_address_is_foreign(origin: str) -> None:
    assert not is_local_caller("127.0.0.1", "localhost", origin)


@pytest.mark.parametrize(
    ("bound", "host"), [("192.168.1.5", "192.168.1.5:8000"), ("Wallet.lan", "wallet.LAN")]
)
def test_what_the_server_is_bound_to_is_local(bound: str, host: str) -> None:
    assert is_local_caller(bound, host, f"http://{host}")
    assert not is_local_caller("127.0.0.1", host, None)


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_a_foreign_caller_is_refused_at_every_door(doors: Doors, headers: dict[str, str]) -> None:
    client = doors.client.with_headers(**headers)
    for answer in (client.get("/sandbox/v1/clock"), client.post("/sandbox/v1/users", {})):
        assert (answer.status, answer.code) == (403, "origin_not_allowed")


def test_a_page_of_this_machine_may_call(doors: Doors) -> None:
    client = doors.client.with_headers(Origin="http://localhost:3000")
    assert client.get("/sandbox/v1/clock").status == 200
