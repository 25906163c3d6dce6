"""`POST /internal/v1/payment-diagnoses`: what an agent is told, what else may be meant, and when to ask back."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.clock import rfc3339
from app.edges.results import Problem
from app.factory import Wallet
from app.payments.operations.refund_payment import refund_payment
from app.support.diagnosis.models import PaymentDiagnosis
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person, create_person
from tests.factories.staff import Colleague, create_agent
from tests.support.customers.conftest import Trail

DIAGNOSES = "/internal/v1/payment-diagnoses"


def ask(agent: Colleague, person: Person, **question: Any) -> Answer:
    answer = agent.client.post(DIAGNOSES, {"user_id": person.user_id, **question})
    assert answer.status == 201, answer.body
    return answer


def ago(clock: Clock, minutes: float) -> str:
    return rfc3339(clock.now() - timedelta(minutes=minutes))


def ids(answer: Answer) -> list[str]:
    return [it["payment_id"] or it["client_event_id"] for it in answer["candidates"]]


def test_about_three_and_128_is_certain_where_nothing_else_fits(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    payment = person.pay(12_800)
    other = person.pay(700)
    clock.advance(minutes=5)

    answer = ask(agent, person, amount=12_800, occurred_at=ago(clock, 8))
    assert (answer["selection"], answer["payment_id"]) == ("certain", payment["id"])
    assert (answer["verdict"], answer["retry_safe"]) == ("succeeded", False)
    assert ids(answer) == [payment["id"], other["id"]]
    best, by_time = answer["candidates"]
    assert (best["score"], by_time["score"]) == (95, 45)
    assert [it["code"] for it in best["reasons"]] == ["amount_exact", "time"]
    assert best["reasons"][1]["text"] == "3 min away"
    assert best["merchant"] == {"id": "mch_star_coffee", "name": "Star Coffee"}
    assert answer["messages"]["en"] == answer["message"]
    assert "请勿再次支付" in answer["messages"]["zh-CN"]


def test_two_alike_are_listed_and_asked_back_about(
    person: Person, agent: Colleague, clock: Clock, outside: Outside
) -> None:
    first = person.pay(12_800)["id"]
    clock.advance(minutes=4)
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    second = person.pay(12_800)["id"]

    answer = ask(agent, person, amount=12_800, occurred_at=ago(clock, 0))
    assert answer["selection"] == "to_confirm"
    assert ids(answer) == [second, first]
    assert (answer["payment_id"], answer["verdict"]) == (second, "failed_clean")
    assert answer["retry_safe"] is False, "the other one went through"
    assert "Do you mean the CN¥128.00 payment to Star Coffee" in answer["message"]
    assert [it["code"] for it in answer["advice"]] == ["confirm_which_payment"]

    chosen = ask(agent, person, payment_id=second)
    assert (chosen["selection"], chosen["retry_safe"]) == ("given", False)
    assert [it["code"] for it in chosen["advice"]] == ["check_the_other_payment"]
    assert chosen["candidates"] == []


def test_only_a_time_or_only_an_amount_works_too(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    payment = person.pay(12_800)["id"]
    clock.advance(minutes=5)

    for question in (
        {"occurred_at": ago(clock, 7)},
        {"occurred_at": ago(clock, 20)},
        {"amount": 12_800},
        {"amount": 12_850},
    ):
        answer = ask(agent, person, **question)
        assert (answer["selection"], answer["payment_id"]) == ("to_confirm", payment)
        assert answer["verdict"] == "succeeded"
    for question in ({"occurred_at": ago(clock, 60 * 24 * 3)}, {"amount": 70_000}):
        nothing = ask(agent, person, **question)
        assert (nothing["selection"], nothing["verdict"]) == ("none", "no_record")
        assert nothing["candidates"] == []
        assert nothing["checked"]["balance"]["ok"] is True


def test_slips_are_listed_with_their_reason(person: Person, agent: Colleague, clock: Clock) -> None:
    payment = person.pay(12_800)["id"]
    slips = {
        12_900: "amount_close",
        128: "amount_hundredfold",
        18_200: "digits_transposed",
        13_800: "one_digit_wrong",
        1_280: "amount_tenfold",
    }
    for amount, reason in slips.items():
        answer = ask(agent, person, amount=amount, occurred_at=ago(clock, 0))
        assert ids(answer) == [payment], amount
        assert answer["candidates"][0]["reasons"][0]["code"] == reason
        assert answer["selection"] == "to_confirm"


def test_hints_decide_between_two(person: Person, agent: Colleague, clock: Clock) -> None:
    card = {"type": "bank_card", "id": person.card_id}
    by_balance = person.pay(12_800)["id"]
    by_card = person.pay(12_800, source=card, merchant_id="mch_book_house")["id"]
    last4 = person.client.get("/v1/bank-cards")["data"][0]["last4"]
    about = {"amount": 12_800, "occurred_at": ago(clock, 0)}

    with_both = ask(agent, person, **about, merchant_id="mch_book_house", card_last4=last4)
    assert ids(with_both) == [by_card, by_balance]
    assert with_both["selection"] == "certain"
    codes = [it["code"] for it in with_both["candidates"][0]["reasons"]]
    assert codes == ["amount_exact", "time", "merchant", "card_last4"]


def test_a_refund_leads_to_its_payment(wallet: Wallet, person: Person, clock: Clock) -> None:
    payment = person.pay(12_800)["id"]
    clock.advance(hours=30)
    refund_payment(wallet.payments, payment, 300)

    answer = ask(create_agent(wallet), person, amount=300, occurred_at=ago(clock, 1))
    assert answer["payment_id"] == payment
    assert answer["candidates"][0]["amount"] == 300


def test_what_only_the_phone_saw_is_a_candidate(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    event = {
        "type": "payment_request_failed",
        "occurred_at": ago(clock, 0),
        "amount": 12_800,
        "currency": "CNY",
        "error": "offline",
    }
    event_id = person.client.post("/v1/client-events", event)["id"]

    answer = ask(agent, person, amount=12_800, occurred_at=ago(clock, 0))
    assert (answer["payment_id"], ids(answer)) == (None, [event_id])
    assert (answer["verdict"], answer["retry_safe"]) == ("no_record", True)
    assert answer["primary_cause"]["code"] == "client_network"


def test_a_card_that_was_unbound_explains_what_is_nowhere(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    last4 = person.client.get("/v1/bank-cards")["data"][0]["last4"]
    about = {"amount": 12_800, "occurred_at": ago(clock, 0), "card_last4": last4}
    assert ask(agent, person, **about)["primary_cause"]["code"] == "no_record"
    path = f"/v1/bank-cards/{person.card_id}/unbind"
    assert person.client.post(path, {"transaction_password": PIN}).status == 200
    clock.advance(seconds=5)

    answer = ask(agent, person, **about | {"occurred_at": ago(clock, 0)})
    assert answer["primary_cause"]["code"] == "bank_card_not_active"
    assert last4 in answer["primary_cause"]["text"]
    assert person.card_id in {it["id"] for it in answer["evidence"]}
    assert "The payment was not made" in answer["message"]


def test_it_is_kept_and_on_record(
    wallet: Wallet, person: Person, agent: Colleague, trail: Trail
) -> None:
    payment = person.pay(12_800)["id"]
    answer = ask(agent, person, payment_id=payment)

    (entry,) = trail()
    assert (entry.action, entry.subject) == ("diagnose_payment", payment)
    assert entry.customer_id == person.user_id
    assert entry.detail == {"diagnosis_id": answer["id"], "verdict": "succeeded"}
    with wallet.database.snapshot() as tx:
        kept = tx.get_one(PaymentDiagnosis, answer["id"])
    assert (kept.agent_id, kept.user_id) == (agent.agent_id, person.user_id)
    assert set(kept.answer) < set(answer.body)


def test_somebody_elses_payment_or_nobodys_is_not_found(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    payment = create_person(wallet).pay(100)["id"]
    for body in (
        {"user_id": person.user_id, "payment_id": payment},
        {"user_id": person.user_id, "payment_id": "pay_none"},
        {"user_id": "usr_none", "amount": 100},
    ):
        assert agent.client.post(DIAGNOSES, body).code == "not_found", body
    with wallet.database.snapshot() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(PaymentDiagnosis)) == 0


def test_another_shape_is_refused(person: Person, agent: Colleague) -> None:
    wrong: list[dict[str, Any]] = [
        {},
        {"merchant_id": "mch_star_coffee"},
        {"card_last4": "1234"},
        {"payment_id": "pay_1", "amount": 100},
        {"amount": 0},
        {"amount": 1.5},
        {"occurred_at": "at three"},
        {"amount": 100, "card_last4": "12345"},
    ]
    for question in wrong:
        body = {"user_id": person.user_id, **question}
        assert agent.client.post(DIAGNOSES, body).code == "validation_failed", question
    assert agent.client.post(DIAGNOSES, {"amount": 100}).code == "validation_failed"
