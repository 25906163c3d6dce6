"""Nothing acknowledged is lost by a kill, and nothing begun before a reset is written after it."""

import json
import smtplib
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.world.running import RunningWorld, at_once, charge, eventually

CHARGES = "/v1/charges"


def send(world: RunningWorld, reference: str) -> None:
    try:
        world.call("gateway", "POST", CHARGES, charge(reference))
    except httpx2.HTTPError:
        return


def test_a_kill_between_act_and_answer_leaves_the_act(own_world: RunningWorld) -> None:
    fault = own_world.fault("gateway", "hang_after")
    hanging = threading.Thread(target=send, args=(own_world, "att_1"))
    hanging.start()
    eventually(lambda: own_world.counters(fault) == (1, 0))
    own_world.kill()
    hanging.join(5)
    own_world.start()
    inquiry = own_world.call("gateway", "GET", f"{CHARGES}?reference=att_1").json()
    assert inquiry["status"] == "captured"
    assert own_world.counters(fault) == (1, 0)


def test_a_kill_between_charge_and_cancel_forgets_no_late_success(
    own_world: RunningWorld,
) -> None:
    own_world.fault("gateway", "late_success")
    send(own_world, "att_1")
    own_world.kill()
    own_world.start()
    cancel = {"reference": "att_1"}
    answered = own_world.call("gateway", "POST", "/v1/cancellations", cancel).json()
    assert answered["status"] == "cancelled"
    own_world.kill()
    own_world.start()
    [taken] = own_world.listing("/charges")
    assert (taken["reference"], taken["status"]) == ("att_1", "captured")


def test_a_kill_under_load_loses_no_acknowledged_charge(own_world: RunningWorld) -> None:
    acknowledged: list[str] = []

    def keep_charging(number: int) -> None:
        if number == 0:
            while not acknowledged:  # on a busy machine the first answer takes its time
                time.sleep(0.01)
            time.sleep(0.2)
            own_world.kill()
            return
        for count in range(10_000):
            reference = f"att_{number}_{count}"
            body = charge(reference)
            try:
                url = own_world.addresses["gateway"] + CHARGES
                answer = httpx2.post(url, json=body, trust_env=False)
            except httpx2.HTTPError:
                return
            assert answer.status_code == 200
            acknowledged.append(reference)

    at_once(4, keep_charging)
    own_world.start()
    assert acknowledged
    assert set(acknowledged) <= {each["reference"] for each in own_world.listing("/charges")}


def test_faults_counters_clock_and_closed_ports_survive_a_kill(own_world: RunningWorld) -> None:
    own_world.control("PUT", "/clock", {"offset_seconds": 86400})
    declined = own_world.fault("bank", "declined", times=3, after=2)
    own_world.call("bank", "GET", "/v1/movements?reference=none")
    refused = own_world.fault("gateway", "connection_refused", times=2)
    own_world.control("POST", "/refused", {"target": "gateway"})
    before = own_world.control("GET", "/healthz")["now"]
    own_world.kill()
    own_world.start()
    assert own_world.control("GET", "/healthz")["now"] >= before
    assert own_world.counters(declined) == (0, 3)
    assert own_world.counters(refused) == (1, 1)
    with pytest.raises(httpx2.ConnectError):
        own_world.call("gateway", "GET", f"{CHARGES}?reference=none")
    own_world.control("POST", "/refused", {"target": "gateway"})
    assert own_world.call("gateway", "GET", f"{CHARGES}?reference=none").status_code == 404


def test_it_ends_at_once_although_connections_hang(own_world: RunningWorld) -> None:
    own_world.fault("gateway", "drip")
    own_world.fault("email", "delay", delay_ms=60_000)
    mailbox = httpx2.URL(own_world.addresses["smtp"])

    def send_mail() -> None:
        with (
            suppress(smtplib.SMTPException),
            smtplib.SMTP(mailbox.host, mailbox.port or 0) as session,
        ):
            session.sendmail("a@example.com", "b@example.com", b"Subject: hi\r\n\r\nhello\r\n")

    waiting = [
        threading.Thread(target=send_mail),
        threading.Thread(target=send, args=(own_world, "att_1")),
        threading.Thread(target=lambda: own_world.call("control", "GET", "/messages?to=x&wait=30")),
    ]
    for thread in waiting:
        thread.start()
    eventually(lambda: len(own_world.listing("/charges")) == 1)
    eventually(lambda: len(own_world.listing("/messages")) == 1)
    begun = time.monotonic()
    assert own_world.stop() == 0
    assert time.monotonic() - begun < 5  # each of them would have waited longer
    for thread in waiting:
        thread.join(5)
    assert own_world.complaints == ""


def test_a_request_begun_before_a_reset_writes_nothing_after_it(world: RunningWorld) -> None:
    url = httpx2.URL(world.addresses["gateway"])
    body = json.dumps(charge("att_1")).encode()
    head = f"POST {CHARGES} HTTP/1.1\r\nHost: g\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((url.host, url.port)) as raw:
        raw.sendall(head.encode() + body[:-1])
        time.sleep(0.2)  # the connection is accepted, the request not yet whole
        world.reset()
        raw.sendall(body[-1:])
        with pytest.raises(ConnectionResetError):
            raw.recv(100)
    assert world.listing("/charges") == []


def test_a_reset_empties_everything_and_sets_the_clock_back(world: RunningWorld) -> None:
    world.control("PUT", "/clock", {"offset_seconds": 86400})
    world.call("gateway", "POST", CHARGES, charge("att_1"))
    world.call("gateway", "POST", "/v1/cancellations", {"reference": "att_2"})
    world.fault("gateway", "declined")
    world.reset()
    for path in ("/charges", "/movements", "/faults", "/messages"):
        assert world.listing(path) == []
    assert world.call("gateway", "GET", f"{CHARGES}?reference=att_2").status_code == 404
    moved = world.control("PUT", "/clock", {"offset_seconds": 0})
    assert moved["offset_seconds"] == 0


def test_books_are_files_whose_names_begin_with_world(tmp_path: Path) -> None:
    running = RunningWorld(tmp_path / "own")
    running.call("gateway", "POST", CHARGES, charge("att_1"))
    names = {path.name for path in running.data_dir.iterdir()} - {"stderr.txt"}
    running.stop()
    assert names
    assert all(name.startswith("world") for name in names)
