"""One HTTP exchange against servers that do wrong in every way there is."""

import socket
import time
from collections.abc import Iterator

import pytest

from app.edges.deadline import Limits
from app.edges.http import LARGEST_BODY, HttpExchange, NoReply, Reply
from app.edges.results import Problem
from tests.edges.raw_server import RawServer, Script, answer, drips, resets_after, says

LIMITS = Limits(connect_seconds=0.4, total_seconds=0.8)
DOCUMENT = {"reference": "att_1"}
WHOLE = answer(200, b'{"ok": true}')


def exchange(url: str) -> Reply | NoReply:
    return HttpExchange(url, limits=LIMITS).post("/v1/charges", DOCUMENT)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def unanswering_url() -> Iterator[str]:
    """A port whose queue is full: whoever knocks gets no answer at all."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for queued in (first, second):
            queued.setblocking(False)
            queued.connect_ex(full.getsockname())
        time.sleep(0.1)
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


def test_a_whole_answer_is_a_reply() -> None:
    with RawServer(says(WHOLE)) as server:
        reply = exchange(server.url)
    assert isinstance(reply, Reply)
    assert (reply.status, reply.fields) == (200, {"ok": True})
    assert 0 <= reply.latency_ms <= 800


def test_what_is_sent_is_the_document_on_a_connection_of_its_own() -> None:
    with RawServer(says(WHOLE)) as server:
        edge = HttpExchange(server.url + "/base/", limits=LIMITS)
        for _ in range(3):
            edge.post("/v1/charges", DOCUMENT)
        edge.get("/v1/charges", {"reference": "a&b=c d"}, {200})
        assert server.connections == 4
    posted, *_, asked = (request.lower() for request in server.requests)
    assert posted.startswith(b"post /base/v1/charges http/1.1\r\n")
    assert b"connection: close\r\n" in posted
    assert b"accept-encoding: identity\r\n" in posted
    assert posted.endswith(b'{"reference":"att_1"}')
    assert asked.startswith(b"get /base/v1/charges?reference=a%26b%3dc")


@pytest.mark.parametrize(
    ("script", "problem", "status"),
    [
        (says(answer(500, b"{}")), Problem.UNAVAILABLE, 500),
        (says(answer(502, b"<html>")), Problem.UNAVAILABLE, 502),
        (says(answer(503, b"{}")), Problem.MAINTENANCE, 503),
        (says(answer(400, b"{}")), Problem.BAD_RESPONSE, 400),
        (says(answer(404, b"{}")), Problem.BAD_RESPONSE, 404),
        (says(answer(429, b"{}")), Problem.BAD_RESPONSE, 429),
        (says(answer(302, b"{}")), Problem.BAD_RESPONSE, 302),
        (says(answer(204, b"")), Problem.BAD_RESPONSE, 204),
        (says(answer(200, b"")), Problem.BAD_RESPONSE, 200),
        (says(answer(200, b"\x00\xff")), Problem.BAD_RESPONSE, 200),
        (says(answer(200, b'{"a":')), Problem.BAD_RESPONSE, 200),
        (says(answer(200, b"[1]")), Problem.BAD_RESPONSE, 200),
        (says(answer(200, b"null")), Problem.BAD_RESPONSE, 200),
        (says(answer(200, b"[" * 60_000)), Problem.BAD_RESPONSE, 200),
        (says(answer(200, b'{"a":"' + b"x" * LARGEST_BODY + b'"}')), Problem.BAD_RESPONSE, None),
        (says(b"220 smtp here\r\n\r\n"), Problem.BAD_RESPONSE, None),
        (says(WHOLE[:-4]), Problem.BAD_RESPONSE, None),
        (says(), Problem.CONNECTION_RESET, None),
        (resets_after(), Problem.CONNECTION_RESET, None),
        (resets_after(WHOLE[:20]), Problem.CONNECTION_RESET, None),
        (resets_after(WHOLE[:-4]), Problem.CONNECTION_RESET, None),
    ],
)
def test_whatever_goes_wrong_after_the_first_byte_left_is_unknown(
    script: Script, problem: Problem, status: int | None
) -> None:
    with RawServer(script) as server:
        reply = exchange(server.url)
    assert isinstance(reply, NoReply)
    assert (reply.problem, reply.http_status, reply.left) == (problem, status, True)


@pytest.mark.parametrize(
    "script",
    [
        lambda _connection: time.sleep(3),
        drips([WHOLE[:-12], *[b'{"ok": true}'[i : i + 1] for i in range(12)]], 0.3),
        drips([WHOLE[i : i + 1] for i in range(len(WHOLE))], 0.3),
        drips([answer(200, b"", length=False), *[b" "] * 10], 0.3),
        drips([b"HTTP/1.1 100 Continue\r\n\r\n"] * 10, 0.3),
    ],
    ids=["silence", "body drips", "head drips", "body without length drips", "never final"],
)
def test_the_deadline_is_total_however_the_answer_drips(script: Script) -> None:
    with RawServer(script) as server:
        begun = time.monotonic()
        reply = exchange(server.url)
        took = time.monotonic() - begun
    assert isinstance(reply, NoReply)
    assert (reply.problem, reply.left) == (Problem.READ_TIMEOUT, True)
    assert 0.75 < took < 2  # undisturbed, the quickest of them would take 3 s
    assert 750 < reply.latency_ms < 2000


def test_a_slow_answer_within_the_deadline_is_an_answer() -> None:
    pieces = [WHOLE[i : i + 20] for i in range(0, len(WHOLE), 20)]
    with RawServer(drips(pieces, 0.05)) as server:
        assert isinstance(exchange(server.url), Reply)


def test_a_refused_connection_never_left_and_is_told_of_once() -> None:
    told: list[bool] = []
    edge = HttpExchange(
        f"http://127.0.0.1:{closed_port()}", on_refused=lambda: told.append(True), limits=LIMITS
    )
    reply = edge.post("/v1/charges", DOCUMENT)
    assert isinstance(reply, NoReply)
    assert (reply.problem, reply.left) == (Problem.CONNECTION_REFUSED, False)
    assert told == [True]


def test_a_reset_is_not_told_of_as_a_refusal() -> None:
    told: list[bool] = []
    with RawServer(resets_after()) as server:
        edge = HttpExchange(server.url, on_refused=lambda: told.append(True), limits=LIMITS)
        edge.post("/v1/charges", DOCUMENT)
    assert told == []


def test_an_unanswered_knock_is_a_connect_time_out_that_never_left(unanswering_url: str) -> None:
    begun = time.monotonic()
    reply = exchange(unanswering_url)
    assert isinstance(reply, NoReply)
    assert (reply.problem, reply.left) == (Problem.CONNECT_TIMEOUT, False)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b.invalid", "x" * 64 + ".invalid"])
def test_a_name_that_cannot_be_resolved_never_left(host: str) -> None:
    reply = exchange(f"http://{host}:8080")
    assert isinstance(reply, NoReply)
    assert (reply.problem, reply.left) == (Problem.DNS_FAILURE, False)


def test_connecting_that_took_all_the_time_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo

    def slow(*arguments: object, **named: object) -> object:
        time.sleep(0.9)
        return look_up(*arguments, **named)  # type: ignore[arg-type]

    with RawServer(says(WHOLE)) as server:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        reply = exchange(server.url)
        monkeypatch.undo()
    assert isinstance(reply, NoReply)
    assert (reply.problem, reply.left) == (Problem.CONNECT_TIMEOUT, False)
    assert server.requests in ([], [b"\r\n\r\n"])


def test_a_server_that_speaks_no_tls_never_got_the_request() -> None:
    with RawServer(says(b"HTTP/1.1 400 no TLS here\r\n\r\n")) as server:
        reply = exchange(server.url.replace("http://", "https://"))
    assert isinstance(reply, NoReply)
    assert (reply.problem, reply.left) == (Problem.UNAVAILABLE, False)


def test_a_proxy_of_the_environment_gets_no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with RawServer(says(WHOLE)) as server:
        assert isinstance(exchange(server.url), Reply)


@pytest.mark.parametrize("url", ["", "smtp://127.0.0.1:25", "http://", "127.0.0.1:80"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="not an HTTP address"):
        HttpExchange(url)
