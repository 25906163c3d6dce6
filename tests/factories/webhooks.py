"""Webhook endpoints and a real receiver for them; admins; callbacks as the gateway and the bank sign them."""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook

from app.auth.operations.create_ready_agent import create_ready_agent
from app.auth.rules import Role
from app.core.events import Event
from app.factory import Wallet
from app.webhooks.sending import Message, Sent
from tests.client import Answer, Client

CALLBACK_SECRETS = {
    "gateway": "whsec_" + base64.b64encode(b"gateway" * 4).decode(),
    "bank": "whsec_" + base64.b64encode(b"the-bank" * 4).decode(),
}
ENDPOINTS = "/internal/v1/webhook-endpoints"


def agent_client(wallet: Wallet, role: Role = Role.ADMIN) -> Client:
    """A client that speaks for a fresh agent of that role."""
    ready = create_ready_agent(wallet.auth, role)
    client = Client(wallet.app.test_client()).as_bearer(ready.access_token)
    return client.with_headers(X_Access_Reason="the customer asked about a payment")


@dataclass(frozen=True)
class Arrived:
    """One request as the receiver got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """A real HTTP server that keeps what it gets and answers `status`; one for many tests, emptied by `forget`."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                keeper.arrived.append(Arrived(self.path, headers, body))
                self.send_response(keeper.status)
                for name, value in keeper.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hooks?from=wallet"

    def forget(self) -> None:
        """Begin a new test."""
        self.arrived.clear()
        self.status, self.headers = 204, {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


TAKEN = Sent(204, None, 3)
BROKEN = Sent(500, None, 3)
SILENCE = Sent(None, "read_timeout", 10_000)
GONE = Sent(410, None, 3)


def answers(*first: Sent, then: Sent = TAKEN) -> Callable[[Message], Sent]:
    """Answer by a script, then always the same."""
    script = list(first)
    return lambda _: script.pop(0) if script else then


@dataclass
class FakeSender:
    """A receiver without sockets: answers by `answer`, and keeps what it was sent."""

    answer: Callable[[Message], Sent] = lambda _: TAKEN
    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Sent:
        self.sent.append(message)
        return self.answer(message)


@dataclass(frozen=True)
class Admin:
    """Makes endpoints and looks at deliveries over HTTP."""

    wallet: Wallet
    client: Client

    def create(self, url: object = "http://127.0.0.1:9/", events: object = None) -> Answer:
        return self.client.post(ENDPOINTS, {"url": url, "events": events or ["*"]})

    def deliveries(self, endpoint_id: str, **query: object) -> list[Any]:
        answer = self.client.get(f"{ENDPOINTS}/{endpoint_id}/deliveries", **query)
        assert answer.status == 200, answer.body
        return list(answer["data"])

    def delivery(self, endpoint_id: str) -> Any:
        """The only one."""
        (delivery,) = self.deliveries(endpoint_id)
        return delivery

    def redeliver(self, delivery_id: str) -> Answer:
        return self.client.post(f"/internal/v1/deliveries/{delivery_id}/redeliver")

    def endpoint(self, endpoint_id: str) -> Any:
        return next(it for it in self.client.get(ENDPOINTS)["data"] if it["id"] == endpoint_id)


def create_admin(wallet: Wallet) -> Admin:
    return Admin(wallet, agent_client(wallet))


def announce(wallet: Wallet, kind: str = "payment.succeeded", **data: object) -> None:
    """Have something happened, in a transaction of its own."""
    with wallet.database.transaction() as tx:
        wallet.events.announce(tx, Event(kind, "pay_test", "usr_test", data))


@dataclass(frozen=True)
class Caller:
    """The gateway or the bank, calling back. `now` tells the virtual time at which it signs."""

    flask: Any
    source: str
    now: Callable[[], datetime]

    def call(self, kind: str, data: Mapping[str, object], **options: Any) -> Answer:
        """POST a callback, well signed; `options` are those of `send`."""
        document = {"type": kind, "timestamp": "2026-11-23T06:07:48.123Z", "data": data}
        return self.send(json.dumps(document, ensure_ascii=False).encode(), **options)

    def send(
        self,
        body: bytes,
        *,
        webhook_id: str = "",
        at: datetime | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST these bytes, well signed; `headers` replace those that it would have."""
        webhook_id, at = webhook_id or f"msg_{time.monotonic_ns()}", at or self.now()
        signed = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": sign(self.source, webhook_id, at, body),
            "Content-Type": "application/json",
            "Accept-Language": "en",
        }
        path = f"/callbacks/{self.source}"
        return Answer(self.flask.post(path, data=body, headers=signed | dict(headers or {})))


def sign(source: str, webhook_id: str, at: datetime, body: bytes) -> str:
    """The signature header, made by the library that receivers use."""
    return Webhook(CALLBACK_SECRETS[source]).sign(webhook_id, at, body.decode(errors="replace"))
