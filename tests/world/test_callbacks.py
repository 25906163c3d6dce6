"""Callbacks: what they tell, how they are signed, how often they come, and what ends them."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.world.running import RunningWorld, charge, eventually
from world import callbacks
from world.books import Books

KEYS = {"gateway": b"g" * 24, "bank": b"b" * 64}
NUMBER = "6222021000000000009"


@dataclass(frozen=True)
class Received:
    """One delivery."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def is_signed(self) -> bool:
        name = self.path.rpartition("/")[2]
        timestamp = self.headers["webhook-timestamp"]
        signed = f"{self.headers['webhook-id']}.{timestamp}.".encode() + self.body
        digest = base64.b64encode(hmac.digest(KEYS[name], signed, hashlib.sha256)).decode()
        return self.headers["webhook-signature"] == f"v1,{digest}"


@dataclass
class Receiver:
    """Stands for the wallet; answers with `statuses` in turn, the last one for ever."""

    statuses: list[int] = field(default_factory=lambda: [200])
    received: list[Received] = field(default_factory=list)
    port: int = 0

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver.statuses[0]
                receiver.statuses = receiver.statuses[1:] or [status]
                receiver.received.append(Received(self.path, headers, body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def telling(tmp_path: Path, receiver: Receiver) -> Iterator[RunningWorld]:
    """A world that has somebody to tell."""
    running = RunningWorld(
        tmp_path / "own",
        parts=("gateway", "bank"),
        WORLD_CALLBACK_URL=f"http://127.0.0.1:{receiver.port}/callbacks",
        **{f"WORLD_{name.upper()}_CALLBACK_SECRET": secret(key) for name, key in KEYS.items()},
    )
    yield running
    assert running.stop() == 0
    assert running.complaints == ""


def secret(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


def post(world: RunningWorld, part: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return dict(world.call(part, "POST", path, body).json())


def arrived(receiver: Receiver, count: int) -> Callable[[], bool]:
    return lambda: len(receiver.received) == count


def settled(world: RunningWorld, receiver: Receiver) -> None:
    """Wait until everything that was queued has been told: a later message comes after it."""
    before = len(receiver.received)
    world.fault("gateway", "duplicate_callback")
    post(world, "gateway", "/v1/charges", charge("last"))
    eventually(lambda: len(receiver.received) >= before + 2)


def test_a_charge_is_told_of_twice_as_one_message_that_shows_what_an_inquiry_would(
    telling: RunningWorld, receiver: Receiver
) -> None:
    moved = telling.control("PUT", "/clock", {"offset_seconds": 86400 * 30})
    fault = telling.fault("gateway", "duplicate_callback")
    assert post(telling, "gateway", "/v1/charges", charge("att_1"))["status"] == "captured"
    eventually(arrived(receiver, 2))
    assert telling.counters(fault) == (1, 0)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-id"].startswith("msg_")
    assert first.body == second.body
    assert first.is_signed
    assert second.is_signed
    assert (first.path, first.said["type"]) == ("/callbacks/gateway", "charge.captured")
    inquiry = telling.call("gateway", "GET", "/v1/charges?reference=att_1").json()
    assert first.said["data"] == inquiry
    assert first.said["timestamp"] >= moved["now"]
    virtual = datetime.fromisoformat(moved["now"]).timestamp()
    assert virtual - 1 <= int(first.headers["webhook-timestamp"]) < virtual + 10


def test_the_bank_tells_of_payouts_and_deposits_with_its_own_secret(
    telling: RunningWorld, receiver: Receiver
) -> None:
    card = {"card_number": NUMBER, "holder_name": "张三", "phone": "+8613800138000"}
    credit = {
        "token": post(telling, "bank", "/v1/tokens", card)["token"],
        "user_id": "usr_1",
        "card_last4": NUMBER[-4:],
        "amount": 37,
        "currency": "CNY",
    }
    telling.fault("bank", "duplicate_callback", times=2)
    post(telling, "bank", "/v1/payouts", credit | {"reference": "out_1"})
    deposit = credit | {"reference": "dep_1", "description": "check"}
    post(telling, "bank", "/v1/deposits", deposit)
    eventually(arrived(receiver, 4))
    assert {each.said["type"] for each in receiver.received} == {"payout.paid", "deposit.posted"}
    assert all(each.is_signed and each.path == "/callbacks/bank" for each in receiver.received)
    inquiry = telling.call("bank", "GET", "/v1/movements?reference=dep_1").json()
    assert inquiry in [each.said["data"] for each in receiver.received]


def test_a_magic_value_keeps_its_outcome_and_is_told_of(
    telling: RunningWorld, receiver: Receiver
) -> None:
    telling.fault("gateway", "duplicate_callback")
    post(telling, "gateway", "/v1/charges", charge("att_1", merchant_id="mch_test_risk"))
    eventually(arrived(receiver, 2))
    said = receiver.received[0].said
    assert (said["type"], said["data"]["decline_code"]) == ("charge.declined", "risk")


def test_an_ordinary_charge_and_another_fault_tell_nobody(
    telling: RunningWorld, receiver: Receiver
) -> None:
    post(telling, "gateway", "/v1/charges", charge("att_1"))
    telling.fault("gateway", "declined")
    post(telling, "gateway", "/v1/charges", charge("att_2"))
    settled(telling, receiver)
    assert {each.said["data"]["reference"] for each in receiver.received} == {"last"}


def test_a_callback_that_is_refused_is_sent_again_as_the_same_message(
    telling: RunningWorld, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302, 200]
    telling.fault("gateway", "duplicate_callback")
    post(telling, "gateway", "/v1/charges", charge("att_1"))
    eventually(arrived(receiver, 4))
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    assert all(each.is_signed for each in receiver.received)


def test_what_nobody_took_is_told_after_a_kill_and_only_once(
    telling: RunningWorld, receiver: Receiver
) -> None:
    receiver.stop()
    telling.fault("gateway", "duplicate_callback")
    post(telling, "gateway", "/v1/charges", charge("att_1"))
    telling.kill()
    receiver.start()
    telling.start()
    eventually(arrived(receiver, 2))
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    settled(telling, receiver)
    assert len(receiver.received) == 4


def test_a_reset_drops_what_was_not_told_yet(telling: RunningWorld, receiver: Receiver) -> None:
    receiver.statuses = [500, 500, 200]
    telling.fault("gateway", "duplicate_callback")
    post(telling, "gateway", "/v1/charges", charge("att_1"))
    eventually(arrived(receiver, 2))
    telling.reset()
    settled(telling, receiver)
    threading.Event().wait(1.2)  # when the second tries would have been
    assert [each.said["data"]["reference"] for each in receiver.received[2:]] == ["last"] * 2


def test_a_world_with_nobody_to_tell_queues_nothing(world: RunningWorld) -> None:
    fault = world.fault("gateway", "duplicate_callback")
    assert post(world, "gateway", "/v1/charges", charge("att_1"))["status"] == "captured"
    assert world.counters(fault) == (1, 0)


def test_the_fourth_try_is_the_last(tmp_path: Path) -> None:
    books, dues = Books(tmp_path), []
    with books.transaction() as tx:
        callbacks.queue(tx, "bank", "payout.paid", {}, copies=1, due_at=100.0)
        while (callback := callbacks.next_due(tx)) is not None:
            dues.append(callback.due_at)
            callbacks.failed(tx, callback, now=callback.due_at)
    books.close()
    assert dues == [100.0, 101.0, 106.0, 136.0]
