"""The doors that look into the world: inbox, faults, statements, charges."""

import threading
import time
from typing import Any

import pytest

from app.edges.protocols import SmsMessage
from app.sandbox import world as world_module
from tests.sandbox.doors import Doors
from tests.world.running import RunningWorld

PHONE = "+8613712345678"


def text_to(doors: Doors, to: str, words: str, reference: str) -> None:
    doors.wallet.edges.sms.send(SmsMessage(reference, to, "verification_code", words))


def test_the_inbox_shows_what_was_sent_newest_first(live: Doors) -> None:
    text_to(live, PHONE, "Your code is 123456.", "one")
    text_to(live, "+8613700000000", "Hello", "two")
    found = live.listing("/messages")
    assert [(each["to"], each["code"]) for each in found] == [
        ("+8613700000000", None),
        (PHONE, "123456"),
    ]
    assert set(found[1]) == {
        *("id", "channel", "to", "template", "subject", "body", "code", "created_at")
    }
    assert [each["id"] for each in live.listing("/messages", to=PHONE)] == [found[1]["id"]]
    assert live.delete("/messages").status == 204
    assert live.listing("/messages") == []


def test_the_inbox_is_asked_as_identifiers_are_given(live: Doors) -> None:
    text_to(live, "Li.1@example.com", "Hello", "one")
    assert len(live.listing("/messages", to="Li.1@Example.COM")) == 1
    assert live.listing("/messages", to="nobody") == []


def test_since_is_inclusive(live: Doors) -> None:
    text_to(live, PHONE, "Hello", "one")
    at = live.listing("/messages")[0]["created_at"]
    assert len(live.listing("/messages", since=at)) == 1
    assert live.listing("/messages", since="2099-01-01T00:00:00+08:00") == []


def test_a_wait_ends_with_the_first_match_and_holds_no_connection(live: Doors) -> None:
    found: list[Any] = []
    began = time.monotonic()
    thread = threading.Thread(
        target=lambda: found.extend(live.listing("/messages", to=PHONE, wait=10))
    )
    thread.start()
    time.sleep(0.2)
    with live.wallet.app.app_context():
        assert live.wallet.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    text_to(live, "+8613700000000", "somebody else's", "other")
    text_to(live, PHONE, "Your code is 123456.", "one")
    thread.join(30)
    assert [each["code"] for each in found] == ["123456"]
    assert time.monotonic() - began < 5


def test_a_wait_for_nothing_ends_in_time(live: Doors) -> None:
    began = time.monotonic()
    assert live.listing("/messages", to=PHONE, wait=1) == []
    assert 0.9 < time.monotonic() - began < 3


def test_half_of_the_threads_stay_free_of_waiting(live: Doors) -> None:
    under_half = live.wallet.settings.threads // 2 - 1
    threads = [
        threading.Thread(target=lambda: live.listing("/messages", to=PHONE, wait=3))
        for _ in range(under_half)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    answer = live.get("/messages", to=PHONE, wait=3)
    assert (answer.status, answer.code) == (503, "busy")
    assert live.listing("/messages", to=PHONE) == []  # who doesn't wait is answered
    text_to(live, PHONE, "Go", "one")
    for thread in threads:
        thread.join(30)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"wait": "31"}, "/wait"),
        ({"wait": "-1"}, "/wait"),
        ({"wait": "1.5"}, "/wait"),
        ({"since": "yesterday"}, "/since"),
        ({"from": PHONE}, "/from"),
    ],
)
def test_a_bad_question_to_the_inbox_is_refused(
    doors: Doors, query: dict[str, str], pointer: str
) -> None:
    answer = doors.get("/messages", **query)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [error["pointer"] for error in answer["errors"]] == [pointer]


def test_a_fault_is_counted_and_stays_listed(live: Doors) -> None:
    user = live.user()
    fault = live.fault("gateway", "declined", operation="charge", match={"amount": 700})
    assert (fault["times"], fault["after"], fault["hits"], fault["remaining"]) == (1, 0, 0, 1)
    assert user.pay(500)["status"] == "succeeded"
    assert user.pay(700)["failure"]["code"] == "gateway_declined"
    assert user.pay(700)["status"] == "succeeded"
    [listed] = live.listing("/faults")
    assert (listed["id"], listed["hits"], listed["remaining"]) == (fault["id"], 1, 0)
    assert live.delete(f"/faults/{fault['id']}").status == 204
    assert live.listing("/faults") == []


def test_faults_are_removed_one_by_one_or_all_at_once(live: Doors) -> None:
    live.fault("gateway", "declined")
    live.fault("bank", "http_500")
    answer = live.delete("/faults/flt_unknown")
    assert (answer.status, answer.code) == (404, "not_found")
    assert live.delete("/faults/..%3Fx").status == 404
    assert len(live.listing("/faults")) == 2
    assert live.delete("/faults").status == 204
    assert live.listing("/faults") == []


def test_a_refused_connection_is_one_fault_and_one_failure(live: Doors) -> None:
    user = live.user()
    live.fault("gateway", "connection_refused")
    answer = user.pay(500)
    assert (answer.status, answer["failure"]["code"]) == (201, "connection_refused")
    assert live.listing("/faults")[0]["hits"] == 1
    assert user.pay(500)["status"] == "succeeded"
    live.check()


def test_why_a_fault_is_refused_is_said_in_the_callers_language(live: Doors) -> None:
    body = {"target": "bank", "kind": "late_success"}
    for language, said in (
        ("en", "does not suit"),
        ("zh-CN", "取值不被接受：late_success 不适用于 bank 的任何操作"),
    ):
        answer = live.client.with_headers(Accept_Language=language).post("/sandbox/v1/faults", body)
        assert said in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"target": "moon"}, "/target"),
        ({"kind": "earthquake"}, "/kind"),
        ({"target": "bank", "kind": "late_success"}, "/kind"),
        ({"kind": "duplicate_callback", "operation": "refund"}, "/operation"),
        ({"target": "sms", "kind": "declined"}, "/kind"),
        ({"operation": "send"}, "/operation"),
        ({"operation": "inquire", "kind": "declined"}, "/operation"),
        ({"kind": "connection_refused", "match": {"amount": 1}}, "/match"),
        ({"times": 0}, "/times"),
        ({"times": "1"}, "/times"),
        ({"after": -1}, "/after"),
        ({"match": {"colour": 1}}, "/match/colour"),
        ({"match": {"amount": 1.5}}, "/match/amount"),
        ({"match": {"card_last4": "12345"}}, "/match/card_last4"),
        ({"delay_ms": 100}, "/delay_ms"),
        ({"kind": "delay"}, "/delay_ms"),
        ({"kind": "delay", "delay_ms": 0}, "/delay_ms"),
        ({"kind": "delay", "delay_ms": 60_001}, "/delay_ms"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_fault_that_suits_nothing_is_refused(
    live: Doors, changes: dict[str, Any], pointer: str
) -> None:
    answer = live.post("/faults", {"target": "gateway", "kind": "http_500"} | changes)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert pointer in [error["pointer"] for error in answer["errors"]]
    assert all(set(error) == {"pointer", "code", "message"} for error in answer["errors"])
    assert live.listing("/faults") == []


def test_a_target_that_is_not_simulated_takes_no_fault(doors: Doors) -> None:
    answer = doors.post("/faults", {"target": "gateway", "kind": "declined"})
    assert (answer.status, answer["errors"][0]["pointer"]) == (422, "/target")


def test_charges_are_found_by_attempt_and_by_payment(live: Doors) -> None:
    user = live.user()
    live.fault("gateway", "declined")
    paid = user.pay(500)
    user.client.post(f"/v1/payments/{paid['id']}/retry", {"transaction_password": "246810"})
    other = user.pay(300)
    attempts = [each["id"] for each in user.client.get(f"/v1/payments/{paid['id']}")["attempts"]]
    by_payment = live.listing("/gateway/charges", reference=paid["id"])
    assert [(each["reference"], each["status"]) for each in by_payment] == [
        (attempts[1], "captured"),
        (attempts[0], "declined"),
    ]
    [by_attempt] = live.listing("/gateway/charges", reference=attempts[1])
    assert by_attempt == by_payment[0]
    assert set(by_attempt) == {"id", "reference", "amount", "currency", "status", "created_at"}
    assert len(live.listing("/gateway/charges")) == 3
    assert live.listing("/gateway/charges", reference=other["id"])[0]["amount"] == 300
    assert live.listing("/gateway/charges", reference="pay_unknown") == []


def test_a_card_number_is_what_a_statement_is_asked_by(live: Doors) -> None:
    assert live.listing("/bank-statements", card_number="6222021000000000009") == []
    for query in ({}, {"card_number": "abc"}, {"card_number": "１２３４５６７８９０１２"}):
        assert live.get("/bank-statements", **query).code == "validation_failed"


def test_a_world_out_of_reach_is_busy(live: Doors, shared_world: RunningWorld) -> None:
    shared_world.kill()
    try:
        for answer in (
            live.get("/messages"),
            live.delete("/messages"),
            live.get("/faults"),
            live.post("/faults", {"target": "gateway", "kind": "declined"}),
            live.get("/triggers"),
            live.get("/bank-statements", card_number="6222021000000000009"),
            live.get("/gateway/charges"),
            live.get("/invariants"),
            live.post("/reset"),
        ):
            assert (answer.status, answer.code, answer["retry_after"]) == (503, "busy", 1)
            assert answer.headers["Retry-After"] == "1"
    finally:
        shared_world.start()
    assert live.get("/messages").status == 200


def test_a_world_that_does_not_answer_is_busy(
    live: Doors, world: RunningWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world_module, "ANSWER_SECONDS", 0.2)
    client = world_module.World(world.addresses["sms"])  # it knows none of the control's paths
    with pytest.raises(world_module.Refusal) as refused:
        client.triggers()
    assert refused.value.code in ("busy", "not_found")
