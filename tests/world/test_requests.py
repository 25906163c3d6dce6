"""Bad requests: refused with a code, never a traceback, nothing written."""

import json
import socket
from typing import Any

import httpx2
import pytest

from tests.world.running import RunningWorld, charge

CHARGES = "/v1/charges"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"amount": NaN}',
        b"\xff\xfe",
        b"[" * 50_000,
        b"+1",
        b"1" * 5000,
    ],
)
@pytest.mark.parametrize("part", ["gateway", "control"])
def test_what_is_no_json_is_400(world: RunningWorld, part: str, body: bytes) -> None:
    path = CHARGES if part == "gateway" else "/faults"
    answer = world.call(part, "POST", path, body)
    assert (answer.status_code, answer.json()) == (400, {"code": "malformed_json"})


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"amount": 0}, "/amount"),
        ({"amount": "12"}, "/amount"),
        ({"amount": 10**30}, "/amount"),
        ({"currency": "cny"}, "/currency"),
        ({"reference": ""}, "/reference"),
        ({"reference": None}, "/reference"),
        ({"description": "\ud800"}, "/description"),
        ({"source": "balance"}, "/source"),
        ({"source": {"type": []}}, "/source"),
        ({"source": {"type": "card", "token": "t", "last4": "١٢٣٤"}}, "/source"),
        ({"source": {"type": "balance", "extra": 1}}, "/source"),
        ({"tip": 1}, "/tip"),
    ],
)
def test_a_charge_of_a_wrong_shape_is_422_and_not_booked(
    world: RunningWorld, changed: dict[str, Any], pointer: str
) -> None:
    answer = world.call("gateway", "POST", CHARGES, charge("att_1") | changed)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert world.listing("/charges") == []


def test_an_unknown_path_or_method_is_404(world: RunningWorld) -> None:
    for method, path in (("GET", "/"), ("DELETE", CHARGES), ("POST", "/v1/charge")):
        assert world.call("gateway", method, path).status_code == 404
    assert world.call("control", "PUT", "/reset").status_code == 404


def test_a_body_may_have_64_kib_and_not_a_byte_more(world: RunningWorld) -> None:
    limit = 64 * 1024
    body = json.dumps(charge("att_1")).encode()
    assert world.call("gateway", "POST", CHARGES, body.ljust(limit)).status_code == 200
    answer = world.call("gateway", "POST", CHARGES, body.ljust(limit + 1))
    assert (answer.status_code, answer.json()) == (413, {"code": "body_too_large"})
    huge = world.call("gateway", "POST", CHARGES, b" " * 900_000)
    assert huge.status_code == 413


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"GET //[ HTTP/1.1\r\n\r\n", 400),
        (b"GET /?%ff=1 HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000, 431),
    ],
)
def test_what_is_no_http_is_refused(world: RunningWorld, head: bytes, status: int) -> None:
    url = httpx2.URL(world.addresses["gateway"])
    with socket.create_connection((url.host, url.port), 5) as raw:
        raw.sendall(head)
        assert raw.recv(100).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_client_that_goes_away_harms_nobody(world: RunningWorld) -> None:
    url = httpx2.URL(world.addresses["gateway"])
    for begun in (b"", b"POST /v1/charges HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"):
        with socket.create_connection((url.host, url.port), 5) as raw:
            raw.sendall(begun)
    assert world.call("gateway", "POST", CHARGES, charge("att_1")).status_code == 200
