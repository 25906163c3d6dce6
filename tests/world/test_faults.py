"""Faults: which suit, how they are counted, and how they look on the socket."""

import json
import socket
import threading
import time
from typing import Any

import httpx2
import pytest

from tests.world.running import RunningWorld, at_once, charge, eventually

CHARGES = "/v1/charges"
EVERYWHERE = {
    *("connection_refused", "reset_before", "reset_after"),
    *("hang_before", "hang_after", "drip", "delay"),
}
OVER_HTTP = EVERYWHERE | {"http_500", "http_503", "garbage"}
OF_MONEY = OVER_HTTP | {"declined", "insufficient_funds", "card_frozen", "duplicate_callback"}
SUITED = {
    "gateway": OF_MONEY | {"late_success"},
    "bank": OF_MONEY,
    "sms": OVER_HTTP,
    "email": EVERYWHERE,
}
KINDS = SUITED["gateway"]


def attempt(world: RunningWorld, reference: str, **changed: Any) -> str:
    """One charge; what came of it, in a word."""
    try:
        answer = world.call("gateway", "POST", CHARGES, charge(reference, **changed))
    except httpx2.ConnectError:
        return "refused"
    except httpx2.ReadError:
        return "reset"
    if answer.status_code != 200:
        return str(answer.status_code)
    try:
        return str(answer.json()["status"])
    except ValueError:
        return "garbage"


def booked(world: RunningWorld) -> set[str]:
    return {each["reference"] for each in world.listing("/charges")}


@pytest.mark.parametrize("target", SUITED)
@pytest.mark.parametrize("kind", sorted(KINDS | {"hiccup"}))
def test_a_fault_is_made_where_its_kind_suits_and_refused_elsewhere(
    world: RunningWorld, target: str, kind: str
) -> None:
    body = {"target": target, "kind": kind} | ({"delay_ms": 1} if kind == "delay" else {})
    answer = world.call("control", "POST", "/faults", body)
    assert answer.status_code == (201 if kind in SUITED[target] else 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["code"] == "validation_failed"
        assert answer.json()["errors"][0]["pointer"] == "/kind"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"target": "gateway", "kind": "declined", "operation": "inquire"}, "/operation"),
        ({"target": "gateway", "kind": "reset_after", "operation": "payout"}, "/operation"),
        ({"target": "bank", "kind": "card_frozen", "operation": "reverse_deposit"}, "/operation"),
        ({"target": "gateway", "kind": "connection_refused", "operation": "payout"}, "/operation"),
        ({"target": "gateway", "kind": "connection_refused", "match": {"amount": 1}}, "/match"),
        ({"target": "sms", "kind": "reset_after", "match": {"user_id": "usr_1"}}, "/match"),
        ({"target": "bank", "kind": "reset_after", "match": {"merchant_id": "m"}}, "/match"),
        ({"target": "gateway", "kind": "declined", "match": {"colour": "red"}}, "/match"),
        ({"target": "gateway", "kind": "declined", "match": {"amount": 1.0}}, "/match"),
        ({"target": "gateway", "kind": "declined", "times": 0}, "/times"),
        ({"target": "gateway", "kind": "declined", "times": True}, "/times"),
        ({"target": "gateway", "kind": "declined", "after": -1}, "/after"),
        ({"target": "gateway", "kind": "declined", "delay_ms": 5}, "/delay_ms"),
        ({"target": "gateway", "kind": "delay"}, "/delay_ms"),
        ({"target": "gateway", "kind": "delay", "delay_ms": 0}, "/delay_ms"),
        ({"target": "gateway", "kind": "delay", "delay_ms": 60_001}, "/delay_ms"),
        ({"target": "gateway", "kind": "late_success", "operation": "refund"}, "/operation"),
        ({"target": "bank", "kind": "duplicate_callback", "operation": "tokenise"}, "/operation"),
        ({"target": "gateway", "kind": "declined", "often": 5}, "/often"),
        ({"target": "post office", "kind": "declined"}, "/target"),
        ({"kind": "declined"}, "/target"),
        ([], ""),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_where_it_is_wrong(
    world: RunningWorld, body: Any, pointer: str
) -> None:
    answer = world.call("control", "POST", "/faults", json.dumps(body).encode())
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    assert world.listing("/faults") == []


@pytest.mark.parametrize(
    ("kind", "seen", "done"),
    [
        ("reset_before", "reset", False),
        ("reset_after", "reset", True),
        ("http_500", "500", False),
        ("http_503", "503", False),
        ("late_success", "reset", False),
        ("duplicate_callback", "captured", True),
        ("garbage", "garbage", True),
        ("declined", "declined", True),
    ],
)
def test_a_fault_happens_on_the_socket_before_or_after_the_act(
    world: RunningWorld, kind: str, seen: str, *, done: bool
) -> None:
    fault = world.fault("gateway", kind)
    assert attempt(world, "att_1") == seen
    assert booked(world) == ({"att_1"} if done else set())
    assert world.counters(fault) == (1, 0)
    assert attempt(world, "att_2") == "captured"


def test_a_reset_arrives_as_a_reset_and_not_as_an_end(world: RunningWorld) -> None:
    world.fault("gateway", "reset_before")
    url = httpx2.URL(world.addresses["gateway"])
    body = json.dumps(charge("att_1")).encode()
    head = f"POST {CHARGES} HTTP/1.1\r\nHost: g\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((url.host, url.port)) as raw:
        raw.sendall(head.encode() + body)
        with pytest.raises(ConnectionResetError):
            raw.recv(100)


@pytest.mark.parametrize(
    ("kind", "more", "done"),
    [
        ("hang_before", {}, False),
        ("hang_after", {}, True),
        ("drip", {}, True),
        ("delay", {"delay_ms": 60_000}, True),
    ],
)
def test_what_takes_too_long_is_ended_by_a_reset_of_the_world(
    world: RunningWorld, kind: str, more: dict[str, int], *, done: bool
) -> None:
    world.fault("gateway", kind, **more)
    outcome: list[tuple[str, float]] = []
    begun = time.monotonic()
    hanging = threading.Thread(
        target=lambda: outcome.append((attempt(world, "att_1"), time.monotonic() - begun))
    )
    hanging.start()
    time.sleep(0.5)
    assert booked(world) == ({"att_1"} if done else set())
    assert outcome == []
    world.reset()
    hanging.join(3)
    [(seen, seconds)] = outcome
    assert seen == "reset"
    assert seconds < 2
    assert booked(world) == set()


def test_a_dripping_answer_comes_byte_by_byte_and_would_take_minutes(world: RunningWorld) -> None:
    world.fault("gateway", "drip")
    url = httpx2.URL(world.addresses["gateway"])
    body = json.dumps(charge("att_1")).encode()
    head = f"POST {CHARGES} HTTP/1.1\r\nHost: g\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((url.host, url.port)) as raw:
        raw.sendall(head.encode() + body)
        assert [raw.recv(100), raw.recv(100)] == [b"H", b"T"]


def test_a_delayed_answer_is_the_ordinary_one_and_the_act_is_done_at_once(
    world: RunningWorld,
) -> None:
    fault = world.fault("gateway", "delay", delay_ms=600)
    assert world.listing("/faults")[0]["delay_ms"] == 600
    seen: list[str] = []
    begun = time.monotonic()
    waiting = threading.Thread(target=lambda: seen.append(attempt(world, "att_1")))
    waiting.start()
    eventually(lambda: world.counters(fault) == (1, 0), 0.5)
    assert (booked(world), seen) == ({"att_1"}, [])
    waiting.join(5)
    assert seen == ["captured"]
    assert 0.6 <= time.monotonic() - begun < 2


def test_a_delay_leaves_a_magic_value_its_outcome(world: RunningWorld) -> None:
    world.fault("gateway", "delay", delay_ms=1)
    assert attempt(world, "att_1", merchant_id="mch_test_risk") == "declined"


def test_after_lets_so_many_pass_and_times_hits_so_many(world: RunningWorld) -> None:
    fault = world.fault("gateway", "declined", after=2, times=2)
    seen = [attempt(world, f"att_{number}") for number in range(6)]
    assert seen == ["captured"] * 2 + ["declined"] * 2 + ["captured"] * 2
    assert world.counters(fault) == (2, 0)


def test_counting_is_exact_under_concurrency(world: RunningWorld) -> None:
    fault = world.fault("gateway", "http_500", after=5, times=7)
    seen = at_once(24, lambda number: attempt(world, f"att_{number}"))
    assert seen.count("500") == 7
    assert seen.count("captured") == 17
    assert world.counters(fault) == (7, 0)


def test_of_two_faults_the_older_comes_first_and_one_request_meets_one(
    world: RunningWorld,
) -> None:
    first = world.fault("gateway", "http_500")
    second = world.fault("gateway", "declined")
    assert attempt(world, "att_1") == "500"
    assert (world.counters(first), world.counters(second)) == ((1, 0), (0, 1))
    assert attempt(world, "att_2") == "declined"
    assert attempt(world, "att_3") == "captured"


def test_a_request_that_meets_one_fault_still_passes_by_the_next(world: RunningWorld) -> None:
    world.fault("gateway", "http_500")
    world.fault("gateway", "declined", after=1)
    assert [attempt(world, f"att_{number}") for number in range(3)] == [
        "500",
        "declined",
        "captured",
    ]


def test_a_fault_meets_only_the_requests_that_it_matches(world: RunningWorld) -> None:
    match = {"amount": 777, "user_id": "usr_2", "merchant_id": "mch_shop"}
    fault = world.fault("gateway", "declined", match=match)
    assert attempt(world, "att_1", amount=777) == "captured"
    assert attempt(world, "att_2", user_id="usr_2") == "captured"
    assert world.counters(fault) == (0, 1)
    assert attempt(world, "att_3", amount=777, user_id="usr_2") == "declined"


def test_an_inquiry_is_matched_by_what_its_reference_was_about(world: RunningWorld) -> None:
    world.fault("gateway", "reset_before", operation="charge")
    fault = world.fault("gateway", "http_500", operation="inquire", match={"user_id": "usr_2"})
    assert attempt(world, "att_1", user_id="usr_2") == "reset"
    attempt(world, "att_2")
    inquire = "/v1/charges?reference="
    assert world.call("gateway", "GET", inquire + "att_2").status_code == 200
    assert world.call("gateway", "GET", inquire + "att_1").status_code == 500
    assert world.counters(fault) == (1, 0)


def test_a_fault_without_operation_waits_for_one_that_it_suits(world: RunningWorld) -> None:
    fault = world.fault("gateway", "declined")
    world.call("gateway", "GET", "/v1/charges?reference=none")
    assert world.counters(fault) == (0, 1)
    assert attempt(world, "att_1") == "declined"


def test_used_faults_stay_listed_until_they_are_deleted(world: RunningWorld) -> None:
    used, unused = world.fault("gateway", "http_500"), world.fault("sms", "garbage")
    attempt(world, "att_1")
    assert [each["id"] for each in world.listing("/faults")] == [used, unused]
    assert world.listing("/faults")[0] | {"created_at": ""} == {
        "id": used,
        "target": "gateway",
        "operation": None,
        "kind": "http_500",
        "times": 1,
        "after": 0,
        "match": None,
        "delay_ms": None,
        "hits": 1,
        "remaining": 0,
        "created_at": "",
    }
    world.control("DELETE", f"/faults/{used}")
    assert world.call("control", "DELETE", f"/faults/{used}").status_code == 404
    world.control("DELETE", "/faults")
    assert world.listing("/faults") == []


def test_a_closed_port_refuses_until_it_is_told_of_it(world: RunningWorld) -> None:
    fault = world.fault("gateway", "connection_refused", times=2)
    for number in range(2):
        assert attempt(world, f"att_{number}") == "refused"
        world.control("POST", "/refused", {"target": "gateway"})
    assert world.counters(fault) == (2, 0)
    assert attempt(world, "att_3") == "captured"
    world.control("POST", "/refused", {"target": "gateway"})
    assert world.counters(fault) == (2, 0)


def test_so_many_connections_pass_before_the_port_closes(world: RunningWorld) -> None:
    world.fault("gateway", "connection_refused", after=2)
    assert [attempt(world, f"att_{number}") for number in range(4)] == [
        "captured",
        "captured",
        "refused",
        "refused",
    ]


@pytest.mark.parametrize("path", ["/faults", "/faults/{fault}"])
def test_deleting_the_fault_opens_the_port_again(world: RunningWorld, path: str) -> None:
    fault = world.fault("gateway", "connection_refused", times=1000)
    assert attempt(world, "att_1") == "refused"
    world.control("DELETE", path.format(fault=fault))
    assert attempt(world, "att_2") == "captured"


def test_a_port_that_is_closed_for_one_operation_is_closed_for_all(world: RunningWorld) -> None:
    body = {"target": "gateway", "operation": "refund", "kind": "connection_refused"}
    made = world.call("control", "POST", "/faults", body)
    assert (made.status_code, made.json()["operation"]) == (201, "refund")
    assert attempt(world, "att_1") == "refused"


def test_a_reset_opens_every_port(world: RunningWorld) -> None:
    for target in ("gateway", "bank", "sms", "email"):
        world.fault(target, "connection_refused")
    world.reset()
    for part in ("gateway", "bank", "sms", "smtp"):
        url = httpx2.URL(world.addresses[part])
        socket.create_connection((url.host, url.port), 1).close()


def test_a_port_that_closes_and_opens_all_the_time_keeps_its_number(world: RunningWorld) -> None:
    for number in range(30):
        fault = world.fault("gateway", "connection_refused")
        assert attempt(world, f"att_{number}") == "refused"
        world.control("DELETE", f"/faults/{fault}")
        assert attempt(world, f"att_{number}") == "captured"


def test_requests_under_way_are_answered_although_the_port_closes(world: RunningWorld) -> None:
    def either(number: int) -> str:
        if number == 0:
            return world.fault("gateway", "connection_refused")
        return attempt(world, f"att_{number}")

    for _ in range(5):
        fault, *seen = at_once(9, either)
        assert set(seen) <= {"captured", "refused"}
        world.control("DELETE", f"/faults/{fault}")
