"""One try to deliver: signed, to an address that was checked, within one deadline. Nothing is recorded here.

The name is resolved once, and the connection goes to the very address that was judged: a second look-up could give
another one (DNS rebinding). TLS and the Host header still speak of the name.
"""

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final, Protocol

import httpx2
from standardwebhooks import Webhook

from app.edges.deadline import Deadline, Limits
from app.edges.failures import after_leaving, before_leaving, chain
from app.edges.results import Problem
from app.webhooks.addresses import AddressRule
from app.webhooks.rules import CONNECT_SECONDS, TOTAL_SECONDS

LIMITS: Final = Limits(CONNECT_SECONDS, TOTAL_SECONDS)
LARGEST_ANSWER: Final = 16 * 1024
"""Bytes of an answer's body that are read; what it says does not matter."""
ADDRESSES_TRIED: Final = 3

ADDRESS_NOT_ALLOWED: Final = "address_not_allowed"
TLS_FAILURE: Final = "tls_failure"

_HEADERS: Final = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "Content-Type": "application/json",
    "User-Agent": "U-Wallet-Webhooks/1",
}

Resolve = Callable[[str, int], Sequence[str]]
"""The IP addresses of a host name, in the order in which they are tried. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to one endpoint. `id` is the event's: the same with every try and every endpoint."""

    url: str = field(repr=False)
    id: str
    body: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """How a try ended: an HTTP status, or the problem that kept one away. `latency_ms` is real time."""

    http_status: int | None
    problem: str | None
    latency_ms: int

    @property
    def delivered(self) -> bool:
        """Only 2xx: a redirect is not followed and says that nobody took the message."""
        return self.http_status is not None and 200 <= self.http_status < 300

    @property
    def gone(self) -> bool:
        """The receiver wants nothing any more (Standard Webhooks: 410)."""
        return self.http_status == HTTPStatus.GONE


class Sender(Protocol):
    """Tries once to deliver a message; no method raises for what the other side does."""

    def send(self, message: Message) -> Sent:
        """Send, and tell what came back."""
        ...


class AddressNotAllowedError(Exception):
    """The name leads to an address that may not be called."""


def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


@dataclass
class HttpSender:
    """A `Sender` over HTTP/1.1, one connection a try; thread-safe. `tls` defaults to the public authorities."""

    is_allowed: AddressRule
    limits: Limits = LIMITS
    resolve: Resolve = resolve_by_system
    tls: ssl.SSLContext | None = None

    def send(self, message: Message) -> Sent:
        """See `Sender.send`."""
        with Deadline(self.limits.total_seconds) as deadline:
            exchange = _Exchange(deadline)
            try:
                status = self._send(message, exchange)
            except (httpx2.HTTPError, OSError, UnicodeError, AddressNotAllowedError) as error:
                return Sent(None, exchange.problem_of(error), deadline.elapsed_ms)
            if deadline.passed:  # an answer without a length looks whole when it is cut off
                return Sent(None, Problem.READ_TIMEOUT, deadline.elapsed_ms)
            return Sent(status, None, deadline.elapsed_ms)

    def _send(self, message: Message, exchange: "_Exchange") -> int:
        url = httpx2.URL(message.url)
        addresses = self._look_up(url, exchange.deadline)
        for address in addresses[:-1]:
            try:
                return self._try(message, url, address, exchange)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if exchange.connected:
                    raise
        return self._try(message, url, addresses[-1], exchange)

    def _look_up(self, url: httpx2.URL, deadline: Deadline) -> Sequence[str]:
        """The addresses to try. One that isn't allowed spoils all: nobody honest has such a name."""
        host, port = _ascii_host(url), url.port or _PORTS[url.scheme]
        found = _within(deadline.remaining_seconds, lambda: self.resolve(host, port))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if not all(self.is_allowed(address) for address in found):
            raise AddressNotAllowedError
        return found[:ADDRESSES_TRIED]

    def _try(self, message: Message, url: httpx2.URL, address: str, exchange: "_Exchange") -> int:
        if exchange.deadline.remaining_seconds <= 0:
            raise TimeoutError
        client = self._encrypted if url.scheme == "https" else self._plain
        request = client.build_request(
            "POST",
            url.copy_with(host=address, fragment=None),
            content=message.body.encode(),
            headers=signed_headers(message) | {"Host": url.netloc.decode("ascii")},
            extensions={"trace": exchange.trace, "sni_hostname": _ascii_host(url)},
            timeout=self._timeout(exchange.deadline),
        )
        response = client.send(request, stream=True)
        try:
            _read_a_little(response.iter_raw())
            return response.status_code
        finally:
            response.close()

    def _timeout(self, deadline: Deadline) -> httpx2.Timeout:
        left = deadline.remaining_seconds
        return httpx2.Timeout(left, connect=min(left, self.limits.connect_seconds))

    @cached_property
    def _plain(self) -> httpx2.Client:
        # A context without certificates trusts nobody and is made at once; loading the public ones takes 90 ms.
        return _client(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    @cached_property
    def _encrypted(self) -> httpx2.Client:
        return _client(self.tls or True)


_PORTS: Final = {"http": 80, "https": 443}


class _Exchange:
    """What is known of one try while it runs, told by the HTTP library's trace events."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.connected = False
        self.left = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Guard the connection from its first moment, the TLS handshake included."""
        if event == "connection.connect_tcp.complete":
            self.connected = True
            self.deadline.guard(info["return_value"].get_extra_info("socket"))
        elif event == "http11.send_request_headers.started":
            self.left = True

    def problem_of(self, error: Exception) -> str:
        """The problem to record for what was raised."""
        if isinstance(error, AddressNotAllowedError):
            return ADDRESS_NOT_ALLOWED
        if self.deadline.passed:
            return Problem.READ_TIMEOUT
        if any(isinstance(each, ssl.SSLError) for each in chain(error)):
            return TLS_FAILURE
        return after_leaving(error) if self.left else before_leaving(error)


def signed_headers(message: Message) -> dict[str, str]:
    """The headers of Standard Webhooks, stamped with the machine's time: receivers compare with their own clock."""
    now = datetime.now(UTC)
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(message.secret).sign(message.id, now, message.body),
    }


def _ascii_host(url: httpx2.URL) -> str:
    """The host as resolvers and certificates spell it."""
    return url.raw_host.decode("ascii").rstrip(".")


def _read_a_little(chunks: Iterable[bytes]) -> None:
    """Let the receiver finish its answer, up to a bound."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_ANSWER:
            return


def _within(seconds: float, look_up: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What `look_up` returns or raises; TimeoutError when it takes longer, since a resolver can't be interrupted."""
    ended: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            ended.put(look_up())
        except Exception as error:  # raised again below, in the thread that waits
            ended.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        result = ended.get(timeout=max(seconds, 0))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(result, Exception):
        raise result
    return result


def _client(verify: ssl.SSLContext | bool) -> httpx2.Client:
    transport = httpx2.HTTPTransport(
        verify=verify,
        trust_env=False,  # or a proxy would make the connection, to wherever the name leads by then
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
    )
    return httpx2.Client(transport=transport, trust_env=False, headers=_HEADERS)
