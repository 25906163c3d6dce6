"""What script/server promises about restarts, kills and company (contract, section 1)."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.journeys.server import Server, until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "var").start()
    yield running
    if running.process.poll() is None:
        running.stop()


def test_after_sigterm_the_same_folder_goes_on(server: Server) -> None:
    user = server.user()
    paid = user.pay(key="k1").json()
    assert paid["status"] == "succeeded"
    assert server.stop() == 0
    with pytest.raises(httpx2.TransportError):
        server.call("GET", "/healthz")
    server.start()
    assert user.pay(key="k1").json() == paid
    assert user.wallet()["total"] == 99_000
    assert server.wrong_invariants() == []


def test_after_sigkill_of_everything_a_payment_on_its_way_is_settled_once(server: Server) -> None:
    user = server.user()
    server.fault(target="gateway", operation="charge", kind="hang_after")
    answers: list[httpx2.Response | None] = []

    def pay() -> None:
        try:
            answers.append(user.pay(key="k1"))
        except httpx2.TransportError:
            answers.append(None)

    call = threading.Thread(target=pay)
    call.start()
    until(lambda: server.call("GET", "/sandbox/v1/faults").json()["data"][0]["hits"] == 1)
    server.kill_all()
    call.join(20)
    assert answers == [None]

    server.start()
    assert user.wallet()["available"] == 99_000  # held, or settled already by the worker
    server.advance(30)
    assert (user.wallet()["total"], user.wallet()["held"]) == (99_000, 0)
    again = user.pay(key="k1")
    assert (again.status_code, again.json()["status"]) == (201, "succeeded")
    [payment] = user.call("GET", "/v1/payments").json()["data"]
    assert payment["id"] == again.json()["id"]
    assert len(server.call("GET", "/sandbox/v1/gateway/charges").json()["data"]) == 1
    assert server.wrong_invariants() == []


def test_a_killed_worker_comes_back_and_sends_what_waits(server: Server) -> None:
    worker = pid_of("app.worker", server.process.pid)
    os.kill(worker, signal.SIGKILL)
    user = server.user()
    phone = user.made["user"]["phone"]
    asked = server.call(
        "POST", "/v1/auth/verifications", {"purpose": "reset_password", "identifier": phone}
    )
    assert asked.status_code == 202
    inbox = server.call("GET", f"/sandbox/v1/messages?to=%2B{phone[1:]}&wait=20").json()["data"]
    assert len(inbox[0]["code"]) == 6


def pid_of(module: str, parent: int) -> int:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            status = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if module.encode() in words and int(status[1]) == parent:
            return int(path.name)
    raise AssertionError(f"{module} does not run")


def test_two_servers_run_side_by_side(server: Server, tmp_path: Path) -> None:
    other = Server(tmp_path / "other").start()
    try:
        user = server.user(phone="+8613800000001")
        twin = other.user(phone="+8613800000001")
        assert user.pay().json()["status"] == twin.pay().json()["status"] == "succeeded"
        stranger = other.call(
            "GET", "/v1/wallet", Authorization=f"Bearer {user.made['access_token']}"
        )
        assert stranger.status_code == 401
    finally:
        assert other.stop() == 0
