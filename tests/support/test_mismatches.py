"""Money that the gateway took and our books don't have: an urgent case at once, one for each payment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.core.database import Transaction
from app.core.events import Event
from app.edges.results import Problem
from app.factory import Wallet
from app.support.mismatches import FoundBy, raise_mismatch
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent
from tests.fakes import Unanswered


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def announced(wallet: Wallet) -> list[Event]:
    found: list[Event] = []

    def hear(tx: Transaction, event: Event) -> None:
        found.append(event)

    wallet.events.listen(hear)
    return found


@pytest.fixture
def unbooked(person: Person, outside: Outside, clock: Clock) -> str:
    """A payment that was taken after the cancel, and whose refund by itself got no answer yet."""
    payment_id = cancelled(person, outside, clock)
    take_late(person, outside, payment_id)
    outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
    clock.advance(seconds=55)
    return payment_id


def cancelled(person: Person, outside: Outside, clock: Clock) -> str:
    outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
    payment_id = str(person.pay(12_800)["id"])
    clock.advance(seconds=12)
    assert payment_of(person, payment_id)["status"] == "failed"
    return payment_id


def take_late(person: Person, outside: Outside, payment_id: str) -> None:
    outside.gateway.take_late(payment_of(person, payment_id)["attempts"][0]["id"])


def payment_of(person: Person, payment_id: str) -> Answer:
    return person.signed_in_again().get(f"/v1/payments/{payment_id}")


def diagnose(person: Person, payment_id: str) -> Answer:
    question = {"payment_id": payment_id}
    return person.signed_in_again().post("/v1/support/payment-diagnoses", question)


def cases(agent: Colleague) -> list[dict[str, Any]]:
    listed = agent.client.get("/internal/v1/conversations")
    assert listed.status == 200, listed.body
    return list(listed["data"])


def notes(agent: Colleague, case: dict[str, Any]) -> list[str]:
    found = agent.client.get(f"/internal/v1/conversations/{case['id']}/messages")
    return [it["text"] for it in found["data"]]


def test_a_diagnosis_that_finds_one_opens_an_urgent_case_once(
    wallet: Wallet, person: Person, unbooked: str, announced: list[Event]
) -> None:
    agent = create_agent(wallet)
    assert cases(agent) == []
    for _ in range(2):
        assert diagnose(person, unbooked)["verdict"] == "mismatch"
    question = {"user_id": person.user_id, "payment_id": unbooked}
    asked = agent.client.post("/internal/v1/payment-diagnoses", question)
    assert asked["verdict"] == "mismatch"

    (case,) = cases(agent)
    assert (case["priority"], case["payment_id"]) == ("urgent", unbooked)
    (note,) = notes(agent, case)
    assert unbooked in note
    assert "CN¥128.00" in note
    mismatches = [it for it in announced if it.type == "payment.mismatch"]
    assert [(it.subject_id, it.user_id) for it in mismatches] == [(unbooked, person.user_id)]


def test_the_customers_open_case_about_it_becomes_the_urgent_one(
    wallet: Wallet, person: Person, unbooked: str
) -> None:
    body = {"channel": "ticket", "message": "where is my money", "payment_id": unbooked}
    opened = person.signed_in_again().post("/v1/support/conversations", body, key="fresh")
    diagnose(person, unbooked)

    (case,) = cases(create_agent(wallet))
    assert (case["id"], case["priority"]) == (opened["id"], "urgent")


def test_asking_the_gateway_now_gives_the_money_back(
    wallet: Wallet, person: Person, unbooked: str
) -> None:
    agent = create_agent(wallet)
    assert diagnose(person, unbooked)["verdict"] == "mismatch"
    assert agent.client.post(f"/internal/v1/payments/{unbooked}/inquire").status == 200

    assert diagnose(person, unbooked)["verdict"] == "refunded"
    assert person.money.available == 100_000


def test_a_late_refund_that_was_refused_calls_people_and_can_be_sent_again(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    payment_id = cancelled(person, outside, clock)
    take_late(person, outside, payment_id)
    outside.gateway.script.append(Problem.DECLINED)
    clock.advance(minutes=2)
    agent = create_agent(wallet)
    (case,) = cases(agent)
    assert (case["priority"], case["payment_id"]) == ("urgent", payment_id)

    agent.client.post(f"/internal/v1/payments/{payment_id}/inquire")
    assert diagnose(person, payment_id)["verdict"] == "refunded"
    assert len(cases(agent)) == 1


def test_the_reconciliation_raises_what_only_the_gateway_has_once(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    payment_id = cancelled(person, outside, clock)
    clock.advance(days=2)  # nobody looks any more
    take_late(person, outside, payment_id)
    agent = create_agent(wallet)
    for _ in range(2):
        ended = wallet.app.test_cli_runner().invoke(args=["reconcile"])
        assert ended.exit_code == 1, ended.output

    (case,) = cases(agent)
    assert (case["priority"], case["payment_id"]) == ("urgent", payment_id)
    agent.client.post(f"/internal/v1/payments/{payment_id}/inquire")
    assert wallet.app.test_cli_runner().invoke(args=["reconcile"]).exit_code == 0


def test_a_payment_that_went_through_or_failed_clean_raises_nothing(
    wallet: Wallet, person: Person, outside: Outside
) -> None:
    paid = person.pay(12_800)["id"]
    outside.gateway.script.append(Problem.DECLINED)
    for payment_id in (paid, person.pay(700)["id"]):
        diagnose(person, payment_id)
    wallet.app.test_cli_runner().invoke(args=["reconcile"])

    assert cases(create_agent(wallet)) == []


def test_two_who_find_it_at_once_open_one_case(wallet: Wallet, person: Person) -> None:
    payment_id = str(person.pay(12_800)["id"])
    together = threading.Barrier(4)

    def find(_: int) -> None:
        together.wait()
        with wallet.app.app_context(), wallet.database.transaction() as tx:
            raise_mismatch(tx, wallet.support, payment_id, FoundBy.DIAGNOSIS)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(find, range(4)))

    agent = create_agent(wallet)
    (case,) = cases(agent)
    assert len(notes(agent, case)) == 1
