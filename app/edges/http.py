"""One careful HTTP exchange: one connection, one total deadline, nothing assumed about the answer.

What the fields of an answer mean is read in reading.py, by the tables of each client.
"""

import json
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from app.edges.deadline import Deadline, Limits
from app.edges.failures import after_leaving, before_leaving, was_refused
from app.edges.results import Problem

LARGEST_BODY = 64 * 1024
_OK = frozenset({200, 201, 202})
_HEADERS = {
    "Connection": "close",
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # or a small body could unpack into a huge one
    "User-Agent": "u-wallet",
}
_FAILING = {503: Problem.MAINTENANCE} | {
    status: Problem.UNAVAILABLE for status in range(500, 600) if status != 503
}

OnRefused = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer of an expected status, a JSON object."""

    status: int
    fields: Mapping[str, Any] = field(repr=False)
    latency_ms: int


@dataclass(frozen=True, slots=True)
class NoReply:
    """No answer that could be used; `left` says whether the request may have arrived."""

    problem: Problem
    left: bool
    http_status: int | None
    latency_ms: int


class _DeadlinePassedError(Exception):
    """Connecting, the look-up included, took all the time there was: nothing is sent any more."""


class _TooLargeError(Exception):
    """The answer is larger than any that we expect."""


class HttpExchange:
    """Calls to one base URL; thread-safe, keeps no connection open between calls.

    `on_refused` is told of each refused connection; it must not raise. A base URL that is none of
    HTTP's is a ValueError.
    """

    def __init__(
        self,
        base_url: str,
        *,
        on_refused: OnRefused | None = None,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._on_refused = on_refused
        self._limits = limits
        self._client = _client(self._base_url, limits)

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        expected: Collection[int],
        *,
        largest_body: int = LARGEST_BODY,
    ) -> Reply | NoReply:
        """Ask; `expected` are the statuses whose bodies mean something, up to so many bytes."""
        return self._send("GET", path, expected, largest_body, params=params)

    def post(
        self, path: str, document: Mapping[str, Any], expected: Collection[int] = _OK
    ) -> Reply | NoReply:
        """Send a JSON document."""
        return self._send("POST", path, expected, LARGEST_BODY, json=document)

    def close(self) -> None:
        """Let go of the client."""
        self._client.close()

    def _send(
        self, method: str, path: str, expected: Collection[int], largest_body: int, **content: Any
    ) -> Reply | NoReply:
        with Deadline(self._limits.total_seconds) as deadline:
            call = _Call(deadline)
            request = self._client.build_request(
                method, self._base_url + path, extensions=call.extensions, **content
            )
            try:
                status, body = self._read(request, largest_body)
            except (httpx2.HTTPError, OSError, UnicodeError, *_OURS) as error:
                return self._failed(call, error)
            if deadline.passed:  # an answer without a length looks whole when it is cut off
                return call.without_reply(Problem.READ_TIMEOUT)
            return _understood(call, status, body, expected)

    def _read(self, request: httpx2.Request, largest_body: int) -> tuple[int, bytes]:
        response = self._client.send(request, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > largest_body:
                    raise _TooLargeError
            return response.status_code, bytes(body)
        finally:
            response.close()

    def _failed(self, call: "_Call", error: Exception) -> NoReply:
        if call.left:
            passed = call.deadline.passed
            return call.without_reply(Problem.READ_TIMEOUT if passed else after_leaving(error))
        never_left = call.without_reply(
            Problem.CONNECT_TIMEOUT
            if isinstance(error, _DeadlinePassedError)
            else before_leaving(error)
        )
        if self._on_refused is not None and was_refused(error):
            self._on_refused()
        return never_left


_OURS = (_DeadlinePassedError, _TooLargeError)


class _Call:
    """What is known of one call while it runs, told by the HTTP library's trace events."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.left = False
        self._events: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "connection.connect_tcp.complete": self._connected,
            "http11.send_request_headers.started": self._leaving,
        }

    @property
    def extensions(self) -> dict[str, Any]:
        """What the request carries for the HTTP library."""
        return {"trace": self._trace}

    def without_reply(self, problem: Problem, http_status: int | None = None) -> NoReply:
        """Return that the call ended without an answer to use."""
        return NoReply(problem, self.left, http_status, self.deadline.elapsed_ms)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        handle = self._events.get(event)
        if handle is not None:
            handle(info)

    def _connected(self, info: Mapping[str, Any]) -> None:
        self.deadline.guard(info["return_value"].get_extra_info("socket"))

    def _leaving(self, _info: Mapping[str, Any]) -> None:
        if self.deadline.remaining_seconds <= 0:
            raise _DeadlinePassedError
        self.left = True


def _understood(
    call: _Call, status: int, body: bytes, expected: Collection[int]
) -> Reply | NoReply:
    if status not in expected:
        return call.without_reply(_FAILING.get(status, Problem.BAD_RESPONSE), status)
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return call.without_reply(Problem.BAD_RESPONSE, status)
    return Reply(status, fields, call.deadline.elapsed_ms)


def _client(base_url: str, limits: Limits) -> httpx2.Client:
    url = httpx2.URL(base_url)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"not an HTTP address: {base_url}")
    # Loading the trusted certificates takes 90 ms; a context without any trusts nobody.
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    transport = httpx2.HTTPTransport(
        verify=True if url.scheme == "https" else plain,
        trust_env=False,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
    )
    each = httpx2.Timeout(limits.total_seconds, connect=limits.connect_seconds)
    return httpx2.Client(transport=transport, trust_env=False, timeout=each, headers=_HEADERS)
