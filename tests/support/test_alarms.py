"""What the machine can't finish by itself calls people to an urgent case, once, and its customer is told."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.edges.results import Problem
from app.factory import Wallet
from app.notifications.models import OutboxMessage
from app.payments.operations.refund_payment import refund_payment
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person, create_person
from tests.factories.staff import Colleague, create_agent
from tests.fakes import Lost, Unanswered

PATHS = {"payment": "/v1/payments", "top_up": "/v1/top-ups", "withdrawal": "/v1/withdrawals"}
SILENT = 100
DESK = "/internal/v1/conversations"


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet, card=True)


def move(person: Person, kind: str, amount: int = 12_800, source: str = "balance") -> Answer:
    """A payment, top-up or withdrawal, as far as its call can say."""
    if kind == "payment":
        card = {"type": "bank_card", "id": person.card_id}
        chosen = {"type": "balance"} if source == "balance" else card
        return person.pay(amount, source=chosen, transaction_password=PIN)
    body = {"amount": amount, "currency": "CNY", "bank_card_id": person.card_id}
    return person.client.post(PATHS[kind], body | {"transaction_password": PIN}, key="fresh")


def left_unknown(person: Person, outside: Outside, clock: Clock, kind: str) -> str:
    """One whose outcome nobody could tell for a day."""
    edge = outside.bank if kind == "withdrawal" else outside.gateway
    edge.script.append(Lost(Problem.READ_TIMEOUT))
    edge.inquiries_fail = SILENT
    movement_id = str(move(person, kind)["id"])
    clock.advance(hours=25)
    edge.inquiries_fail = 0
    return movement_id


def taken_late(person: Person, outside: Outside, clock: Clock, kind: str, source: str) -> str:
    """One that failed by a confirmed cancel, and was taken or paid out all the same."""
    edge = outside.bank if kind == "withdrawal" else outside.gateway
    edge.script.append(Unanswered(Problem.READ_TIMEOUT))
    movement_id = str(move(person, kind, source=source)["id"])
    clock.advance(seconds=12)
    shown = person.client.get(f"{PATHS[kind]}/{movement_id}")
    assert shown["status"] == "failed"
    edge.take_late(shown["attempts"][0]["id"])
    clock.advance(minutes=20)
    return movement_id


def cases(agent: Colleague) -> list[dict[str, Any]]:
    return list(agent.client.get(DESK)["data"])


def notes(agent: Colleague, case: dict[str, Any]) -> list[str]:
    return [it["text"] for it in agent.client.get(f"{DESK}/{case['id']}/messages")["data"]]


def told(wallet: Wallet, person: Person) -> list[str]:
    with wallet.database.snapshot() as tx:
        query = sa.select(OutboxMessage.template).where(OutboxMessage.user_id == person.user_id)
        return list(tx.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.id)))


@pytest.mark.parametrize("moved", PATHS)
def test_what_nobody_could_tell_for_a_day_calls_people_and_its_customer_hears_so(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock, moved: str
) -> None:
    movement_id = left_unknown(person, outside, clock, moved)
    agent = create_agent(wallet)
    (case,) = cases(agent)
    assert (case["priority"], case["user_id"]) == ("urgent", person.user_id)
    assert case["payment_id"] == (movement_id if moved == "payment" else None)
    assert movement_id in case["subject"]
    (note,) = notes(agent, case)
    assert movement_id in note
    assert "CN¥128.00" in note
    assert told(wallet, person) == [f"{moved}_under_review"]
    mine = person.signed_in_again().get("/v1/support/conversations")["data"]
    assert [it["id"] for it in mine] == [case["id"]]


@pytest.mark.parametrize("moved", PATHS)
def test_what_people_find_out_is_told_and_calls_nobody_again(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock, moved: str
) -> None:
    movement_id = left_unknown(person, outside, clock, moved)
    agent = create_agent(wallet)
    for _ in range(2):
        found = agent.client.post(
            f"{PATHS[moved].replace('/v1', '/internal/v1')}/{movement_id}/inquire"
        )
        assert found["status"] == "succeeded"
    assert told(wallet, person) == [f"{moved}_under_review", f"{moved}_succeeded"]
    (case,) = cases(agent)
    assert len(notes(agent, case)) == 1


def test_the_case_that_the_customer_has_about_it_becomes_the_urgent_one(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    outside.gateway.script.append(Lost(Problem.READ_TIMEOUT))
    outside.gateway.inquiries_fail = SILENT
    payment = person.pay(12_800)["id"]
    body = {"channel": "ticket", "message": "where is my money", "payment_id": payment}
    mine = person.client.post("/v1/support/conversations", body)["id"]
    clock.advance(hours=25)
    (case,) = cases(create_agent(wallet))
    assert (case["id"], case["priority"]) == (mine, "urgent")


def test_what_the_bank_paid_out_after_a_cancel_calls_finance(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    movement_id = taken_late(person, outside, clock, "withdrawal", "balance")
    agent = create_agent(wallet)
    (case,) = cases(agent)
    assert (case["priority"], movement_id in case["subject"]) == ("urgent", True)
    (note,) = notes(agent, case)
    assert note.startswith(f"[late_payout {movement_id}]")


@pytest.mark.parametrize(
    ("moved", "source", "heard"),
    [
        ("payment", "bank_card", ["payment_failed", "late_charge_returned"]),
        ("top_up", "bank_card", ["top_up_failed", "late_charge_returned"]),
        ("payment", "balance", ["payment_failed"]),  # of the user's own money none was taken
    ],
)
def test_whose_card_was_charged_late_hears_that_it_was_given_back(
    wallet: Wallet,
    person: Person,
    outside: Outside,
    clock: Clock,
    moved: str,
    source: str,
    heard: list[str],
) -> None:
    taken_late(person, outside, clock, moved, source)
    assert told(wallet, person) == heard
    assert cases(create_agent(wallet)) == []


def test_a_late_top_up_that_the_gateway_keeps_calls_finance(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
    movement_id = str(move(person, "top_up")["id"])
    clock.advance(seconds=12)
    attempt = person.client.get(f"/v1/top-ups/{movement_id}")["attempts"][0]["id"]
    outside.gateway.take_late(attempt)
    outside.gateway.script.append(Problem.DECLINED)
    clock.advance(minutes=20)
    agent = create_agent(wallet)
    (case,) = cases(agent)
    (note,) = notes(agent, case)
    assert note.startswith(f"[mismatch {movement_id}]")


def test_a_refund_that_nobody_could_tell_of_calls_people_who_send_it_again(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    payment_id = str(person.pay(12_800)["id"])
    outside.gateway.script.extend([Unanswered()] * 10)
    refund_id = refund_payment(wallet.payments, payment_id, 800)
    clock.advance(hours=25)
    outside.gateway.script.clear()
    agent = create_agent(wallet)
    (case,) = cases(agent)
    assert (case["priority"], case["payment_id"]) == ("urgent", payment_id)
    (note,) = notes(agent, case)
    assert note.startswith(f"[refund_review {refund_id}]")
    before = person.money.available
    for _ in range(2):
        found = agent.client.post(f"/internal/v1/payments/{payment_id}/inquire")
        assert [it["status"] for it in found["refunds"]] == ["succeeded"]
    assert person.money.available == before + 800
