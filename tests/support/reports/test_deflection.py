"""`GET /internal/v1/reports/deflection`: trouble that ended by itself, measured by money, not by silence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.auth.models import User
from app.core.clock import rfc3339
from app.edges.results import Problem
from app.factory import Wallet
from tests.client import Answer, Client
from tests.conftest import Clock, Outside
from tests.factories.calls import verified_call
from tests.factories.conversations import begin, say
from tests.factories.mails import Mailroom, mail_of
from tests.factories.people import Person, create_person, payment_body
from tests.factories.staff import create_agent

REPORT = "/internal/v1/reports/deflection"
DIAGNOSES = "/v1/support/payment-diagnoses"


class Trouble:
    """A person whose payment has just failed and who asked why, unless `ask` is false."""

    def __init__(self, wallet: Wallet, outside: Outside, *, ask: bool = True) -> None:
        self.person: Person = create_person(wallet)
        outside.gateway.script.append(Problem.UNAVAILABLE)
        self.payment_id = str(self.person.pay(1000)["id"])
        if ask:
            self.ask()

    def sign_in_again(self) -> None:
        self.person = replace(self.person, client=self.person.signed_in_again())

    def ask(self) -> None:
        answer = self.person.client.post(DIAGNOSES, {"payment_id": self.payment_id})
        assert answer["verdict"] == "failed_clean", answer.body

    def mail(self, mailroom: Mailroom) -> None:
        with mailroom.wallet.database.snapshot() as tx:
            address = tx.get_one(User, self.person.user_id).email
        assert mailroom.receive(mail_of(sender=str(address))).status == "accepted"

    def retry(self) -> None:
        answer = self.person.client.post(f"/v1/payments/{self.payment_id}/retry")
        assert answer["status"] == "succeeded", answer.body

    def write(self) -> None:
        body = {"channel": "ticket", "message": "help"}
        assert self.person.client.post("/v1/support/conversations", body).status == 201


def asked_by_an_agent(wallet: Wallet, person: Person, payment_id: str) -> Answer:
    question = {"user_id": person.user_id, "payment_id": payment_id}
    return create_agent(wallet).client.post("/internal/v1/payment-diagnoses", question)


@pytest.fixture
def report(wallet: Wallet, clock: Clock) -> Any:
    """What the report says a day later."""

    def read() -> Any:
        clock.jump_to(clock.now() + timedelta(hours=25))
        return create_agent(wallet).client.get(REPORT).body

    return read


def counted(report: Any) -> tuple[int, int, int, int]:
    total = report["total"]
    return total["decided"], total["paid"], total["contacted"], total["deflected"]


def test_who_paid_after_it_and_asked_nobody_was_deflected(
    wallet: Wallet, outside: Outside, report: Any
) -> None:
    helped, gave_up, wrote, both, called = (Trouble(wallet, outside) for _ in range(5))
    helped.retry()
    wrote.write()
    both.retry()
    both.write()
    called.retry()
    verified_call(create_agent(wallet), called.person)

    found = report()
    assert gave_up.payment_id
    assert counted(found) == (5, 3, 3, 1)
    assert found["total"]["rate"] == 0.2
    clean = next(it for it in found["by_verdict"] if it["verdict"] == "failed_clean")
    assert clean["deflected"] == 1
    assert {it["verdict"] for it in found["by_verdict"]}.isdisjoint({"succeeded", "refunded"})


def test_what_an_agent_diagnosed_is_no_case_of_the_app(
    wallet: Wallet, outside: Outside, report: Any
) -> None:
    person = create_person(wallet)
    outside.gateway.script.append(Problem.UNAVAILABLE)
    payment_id = str(person.pay(1000)["id"])
    assert asked_by_an_agent(wallet, person, payment_id).status == 201
    assert person.client.post(f"/v1/payments/{payment_id}/retry")["status"] == "succeeded"

    assert counted(report()) == (0, 0, 0, 0)


@pytest.mark.parametrize("diagnosed", ["before", "after"])
def test_a_call_a_ticket_a_mail_and_an_agents_diagnosis_count_whether_the_app_was_asked(
    wallet: Wallet, outside: Outside, clock: Clock, report: Any, diagnosed: str
) -> None:
    troubles = [Trouble(wallet, outside, ask=diagnosed == "before") for _ in range(5)]
    called, wrote, mailed, helped, alone = troubles
    clock.jump_to(clock.now() + timedelta(minutes=5))
    verified_call(create_agent(wallet), called.person)
    wrote.write()
    mailed.mail(Mailroom(wallet, clock, outside))
    asked_by_an_agent(wallet, helped.person, helped.payment_id)
    clock.jump_to(clock.now() + timedelta(minutes=5))
    for trouble in troubles:
        if diagnosed == "after":
            trouble.ask()
        trouble.retry()

    assert alone.payment_id
    assert counted(report()) == (5, 5, 4, 1)


def test_a_new_message_in_an_old_conversation_is_a_question_and_an_old_one_is_none(
    wallet: Wallet, outside: Outside, clock: Clock, report: Any
) -> None:
    asks_again, asked_once = (Trouble(wallet, outside, ask=False) for _ in range(2))
    cases = [str(begin(it.person.client)["id"]) for it in (asks_again, asked_once)]
    clock.jump_to(clock.now() + timedelta(hours=30))
    for trouble in (asks_again, asked_once):
        trouble.sign_in_again()
        trouble.ask()
        trouble.retry()
    assert say(asks_again.person.client, cases[0]).status == 201

    assert counted(report()) == (2, 2, 1, 1)


def test_another_payment_of_the_same_amount_to_the_same_payee_counts_as_well(
    wallet: Wallet, outside: Outside, report: Any
) -> None:
    same, other_amount, other_payee = (Trouble(wallet, outside) for _ in range(3))
    same.person.pay(1000)
    other_amount.person.pay(2000)
    assert other_payee.person.pay(1000, merchant_id="mch_book_house").status == 201

    assert counted(report())[1:] == (1, 0, 1)


def test_a_payment_is_one_case_however_often_it_was_asked_about(
    wallet: Wallet, outside: Outside, report: Any
) -> None:
    trouble = Trouble(wallet, outside)
    trouble.ask()
    trouble.retry()
    assert counted(report()) == (1, 1, 0, 1)


def test_what_never_reached_us_is_found_again_by_its_amount(
    wallet: Wallet, client: Client, clock: Clock, report: Any
) -> None:
    person = create_person(wallet)
    asked = {"amount": 4321, "occurred_at": rfc3339(clock.now())}
    assert person.client.post(DIAGNOSES, asked)["verdict"] == "no_record"
    assert person.client.post("/v1/payments", payment_body(4321)).status == 201

    found = report()
    assert counted(found) == (1, 1, 0, 1)
    assert next(it for it in found["by_verdict"] if it["verdict"] == "no_record")["paid"] == 1


def test_a_payment_that_had_gone_through_is_no_case(wallet: Wallet, report: Any) -> None:
    person = create_person(wallet)
    payment_id = person.pay(1000)["id"]
    assert person.client.post(DIAGNOSES, {"payment_id": payment_id})["verdict"] == "succeeded"
    assert counted(report()) == (0, 0, 0, 0)


def test_what_is_younger_than_a_day_waits(wallet: Wallet, outside: Outside) -> None:
    Trouble(wallet, outside).retry()
    total = create_agent(wallet).client.get(REPORT)["total"]
    assert (total["decided"], total["waiting"], total["rate"]) == (0, 1, None)


def test_money_or_questions_of_the_day_after_count_no_more(
    wallet: Wallet, outside: Outside, clock: Clock, report: Any
) -> None:
    trouble = Trouble(wallet, outside)
    clock.jump_to(clock.now() + timedelta(hours=24, minutes=1))
    client = trouble.person.signed_in_again()
    assert client.post("/v1/payments", payment_body(1000)).status == 201
    assert counted(report()) == (1, 0, 0, 0)
