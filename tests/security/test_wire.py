"""What the real server does with requests that are hardly any: it answers or hangs up, and lives."""

import json
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.journeys.server import Server

HEAD = b"Host: localhost\r\nConnection: close\r\n"
SECONDS = 10
THREADS = 64


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("wire") / "var").start()
    yield running
    assert running.stop() == 0


def exchange(server: Server, request: bytes) -> tuple[int, bytes]:
    """Send bytes, read to the end: the status (0 where there is none) and all that came."""
    with socket.create_connection(("127.0.0.1", int(server.port)), timeout=SECONDS) as connection:
        with suppress(ConnectionError):  # it has read enough
            connection.sendall(request)
        answer = b""
        with suppress(ConnectionError):
            while piece := connection.recv(65_536):
                answer += piece
    line = answer.partition(b"\r\n")[0].split(b" ")
    return (int(line[1]) if len(line) > 1 else 0), answer


def test_no_answer_names_the_server_that_gave_it(server: Server) -> None:
    for path in (b"/healthz", b"/v1/me", b"/nowhere"):
        _, answer = exchange(server, b"GET " + path + b" HTTP/1.1\r\n" + HEAD + b"\r\n")
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert head.count(b"\r\nserver: wallet") == head.count(b"\r\nserver:") == 1
        for name in (b"granian", b"python", b"werkzeug", b"flask", b"x-powered-by"):
            assert name not in head


@pytest.mark.parametrize(
    ("what", "request_bytes", "status"),
    [
        ("a long field", b"GET /healthz HTTP/1.1\r\n" + HEAD + b"X: " + b"x" * 20_000, 400),
        ("a long address", b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n" + HEAD[:-2], 400),
        ("two hosts", b"GET /sandbox/v1/clock HTTP/1.1\r\nHost: evil\r\n" + HEAD[:-2], 403),
        ("a trace", b"TRACE /v1/me HTTP/1.1\r\n" + HEAD[:-2], 405),
        ("a made-up method", b"MAKE /v1/me HTTP/1.1\r\n" + HEAD[:-2], 405),
        ("no letters", b"GET /v1/payments/%ff%zz HTTP/1.1\r\n" + HEAD[:-2], 401),
    ],
)
def test_odd_requests_are_answered_by_our_codes(
    server: Server, what: str, request_bytes: bytes, status: int
) -> None:
    got, answer = exchange(server, request_bytes + b"\r\n\r\n")
    assert got == status, what
    assert b"application/problem+json" in answer
    assert b"x-content-type-options: nosniff" in answer


@pytest.mark.parametrize(
    ("what", "request_bytes", "statuses"),
    [
        (
            "150 fields",
            b"GET / HTTP/1.1\r\n" + HEAD + b"".join(b"X%d: a\r\n" % it for it in range(150)),
            {431},
        ),
        ("half a megabyte of address", b"GET /" + b"x" * 500_000 + b" HTTP/1.1\r\n", {414, 431, 0}),
        ("a megabyte of head", b"GET / HTTP/1.1\r\nX: " + b"x" * 1_000_000, {431, 0}),
        ("NUL", b"GET /\x00 HTTP/1.1\r\n" + HEAD, {400}),
        (
            "a negative length",
            b"POST /v1/me HTTP/1.1\r\n" + HEAD + b"Content-Length: -1\r\n",
            {400},
        ),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\r\n", {400, 0}),
        (
            "two lengths",
            b"POST /v1/me HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n",
            {400},
        ),
    ],
)
def test_what_is_no_request_is_turned_away_bare(
    server: Server, what: str, request_bytes: bytes, statuses: set[int]
) -> None:
    got, answer = exchange(server, request_bytes + b"\r\n")
    assert got in statuses, what
    assert answer.partition(b"\r\n\r\n")[2] == b""
    assert server.call("GET", "/healthz").status_code == 200


def test_what_is_smuggled_behind_a_body_is_no_second_request(server: Server) -> None:
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"POST /v1/auth/login HTTP/1.1\r\n" + HEAD + b"Content-Length: 4\r\n"
    _, answer = exchange(server, head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled)
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("length", [b"Content-Length: 70000", b"Transfer-Encoding: chunked"])
def test_a_body_is_bounded_however_its_length_is_told(server: Server, length: bytes) -> None:
    head = b"POST /v1/auth/login HTTP/1.1\r\n" + HEAD + b"Content-Type: application/json\r\n"
    pieces = (
        b"x" * 70_000 if length.startswith(b"C") else (b"1000\r\n" + b"x" * 4_096 + b"\r\n") * 18
    )
    got, answer = exchange(server, head + length + b"\r\n\r\n" + pieces + b"0\r\n\r\n")
    assert got == 413
    assert b'"body_too_large"' in answer


def test_bodies_that_never_come_take_half_of_the_threads_at_most(server: Server) -> None:
    """What needs no body goes on; what has one is told to come back, until the others are gone."""
    head = b"POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
    held = [
        socket.create_connection(("127.0.0.1", int(server.port)), timeout=SECONDS)
        for _ in range(THREADS + 10)
    ]
    try:
        for number, connection in enumerate(held):
            told = (
                head
                if number % 2
                else head.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked")
            )
            connection.sendall(told + b"\r\n")
        refused = server.call("POST", "/v1/auth/password-checks", {"password": "x"})
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert refused.headers["Retry-After"] == "1"
        assert server.call("GET", "/v1/system-status").status_code == 200
        assert server.call("GET", "/healthz").status_code == 200
    finally:
        for connection in held:
            connection.close()
    deadline = time.monotonic() + SECONDS
    while server.call("POST", "/v1/auth/password-checks", {"password": "x"}).status_code != 200:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    "path",
    [
        "/docs/assets/../headers.py",
        "/docs/assets/%2e%2e/headers.py",
        "/docs/assets/..%2fheaders.py",
        "/docs/assets/..%5cheaders.py",
        "/docs/assets//etc/passwd",
        "/docs/assets/%00",
        "/docs/assets/",
        "/docs/../.env",
        "/.git/config",
        "/.env",
        "/wallet.db",
    ],
)
def test_no_file_is_served_but_those_of_the_docs(server: Server, path: str) -> None:
    request = b"GET " + path.encode() + b" HTTP/1.1\r\n" + HEAD + b"\r\n"
    assert exchange(server, request)[0] == 404


@pytest.mark.parametrize(
    "target",
    [b"//v1/me", b"///v1/me", b"/%2fv1/me", b"//healthz", b"http://localhost//v1/me", b"/v1//me"],
)
def test_an_address_with_two_slashes_is_no_address(server: Server, target: bytes) -> None:
    status, answer = exchange(server, b"GET " + target + b" HTTP/1.1\r\n" + HEAD + b"\r\n")
    assert status == 404
    assert b'"not_found"' in answer


def test_a_preflight_allows_no_other_origin_anything(server: Server) -> None:
    for path in (b"/v1/payments", b"/v1/auth/login", b"/sandbox/v1/reset"):
        asked = b"Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n"
        _, answer = exchange(server, b"OPTIONS " + path + b" HTTP/1.1\r\n" + HEAD + asked)
        assert b"access-control-" not in answer.lower(), path


def test_nobody_forges_a_line_of_the_log(server: Server) -> None:
    for forged in (b'a"},{"event":"login","user":"root', b"a\\n{}", b"a\x1b[2J", b"a\xc2\x85{}"):
        head = b"X-Request-Id: " + forged + b"\r\nUser-Agent: " + forged + b"\r\n\r\n"
        exchange(server, b"GET /forged HTTP/1.1\r\n" + HEAD + head)
    lines = (server.data_dir / "journey.log").read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith(("{", "["))]
    assert len(events) > 4
    assert {type(event) for event in events} == {dict}
    assert not [event for event in events if "user" in event or event["event"] == "login"]
    assert not [line for line in lines if "\x1b" in line or "\x85" in line]


def test_what_the_server_writes_only_its_owner_can_read(server: Server) -> None:
    """In a folder too that was made for everybody to enter."""
    server.data_dir.chmod(0o755)
    files = [it for it in server.data_dir.rglob("*") if it.name != "journey.log"]  # the test's own
    assert {"wallet.db", "world.sqlite3"} <= {it.name for it in files}
    assert [it.name for it in files if stat.S_IMODE(it.stat().st_mode) & 0o077] == []
