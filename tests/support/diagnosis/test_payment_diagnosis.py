"""`POST /v1/support/payment-diagnoses`: real payments, real books, on both databases."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.auth.models import User
from app.core.clock import rfc3339
from app.core.jobs import Job
from app.edges.results import Problem
from app.factory import Wallet
from app.payments.models import Attempt, Instruction
from app.payments.operations.refund_payment import refund_payment
from app.support.diagnosis.models import PaymentDiagnosis
from app.support.diagnosis.wording import moment_text
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import Person, create_person, give_money
from tests.factories.status import create_incident
from tests.fakes import Lost, Unanswered

DIAGNOSES = "/v1/support/payment-diagnoses"
MEMBERS = {
    "id",
    "payment_id",
    "verdict",
    "retry_safe",
    "primary_cause",
    "other_causes",
    "evidence",
    "message",
    "advice",
    "checked",
}


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet, card=True)


def ask(person: Person, **question: Any) -> Answer:
    answer = person.client.post(DIAGNOSES, question)
    assert answer.status == 201, answer.body
    return answer


def remember(person: Person, clock: Clock, amount: int, minutes: float = 0) -> Answer:
    at = clock.now() + timedelta(minutes=minutes)
    return ask(person, amount=amount, occurred_at=rfc3339(at))


def another_merchant(person: Person) -> str:
    listed = person.client.get("/v1/merchants", limit=100)["data"]
    return next(str(it["id"]) for it in listed if it["id"] != "mch_star_coffee")


def cause(answer: Answer) -> str | None:
    primary = answer["primary_cause"]
    return None if primary is None else str(primary["code"])


def report_event(person: Person, at: datetime, amount: int, **changes: Any) -> None:
    event = {
        "type": "payment_request_failed",
        "occurred_at": rfc3339(at),
        "amount": amount,
        "currency": "CNY",
        "error": "offline",
    }
    assert person.client.post("/v1/client-events", event | changes).status == 202


class TestWhereTheMoneyIs:
    def test_a_payment_that_went_through_is_not_paid_again(self, person: Person) -> None:
        payment = person.pay(12_800)
        answer = ask(person, payment_id=payment["id"])

        assert set(answer.body) == MEMBERS
        assert (answer["verdict"], answer["retry_safe"]) == ("succeeded", False)
        assert answer["payment_id"] == payment["id"]
        assert answer["primary_cause"] is None
        assert payment["attempts"][0]["gateway_reference"] in answer["message"]
        assert {"payment", "attempt", "ledger_entry"} <= {it["type"] for it in answer["evidence"]}

    def test_while_the_answer_is_lost_the_money_is_held_or_unknown(
        self, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
        payment_id = person.pay(12_800)["id"]

        held = ask(person, payment_id=payment_id)
        assert (held["verdict"], held["retry_safe"]) == ("held", False)
        assert cause(held) == "read_timeout"
        assert "on hold" in held["message"]
        assert "CN¥1,000.00: enough" in held["checked"]["balance"]["text"]

        outside.gateway.inquiries_fail = 1
        unknown = ask(person, payment_id=payment_id)
        assert (unknown["verdict"], unknown["retry_safe"]) == ("unknown", False)

        clock.advance(seconds=30)
        clean = ask(person, payment_id=payment_id)
        assert (clean["verdict"], clean["retry_safe"]) == ("failed_clean", True)
        assert person.money.available == 100_000

    def test_a_release_is_promised_for_when_the_next_inquiry_is_over(
        self, person: Person, outside: Outside
    ) -> None:
        outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
        payment = person.pay(12_800)
        began = datetime.fromisoformat(payment["attempts"][0]["started_at"])
        expected = moment_text(began + timedelta(seconds=65), ZoneInfo("Asia/Shanghai"))

        assert f"by {expected.en}." in ask(person, payment_id=payment["id"])["message"]

    def test_money_that_the_gateway_took_is_never_called_free_to_pay_again(
        self, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
        payment_id = person.pay(12_800)["id"]

        lost = ask(person, payment_id=payment_id)
        assert (lost["verdict"], lost["retry_safe"]) == ("unknown", False)
        assert "gateway_inquiry" in {it["type"] for it in lost["evidence"]}

        clock.advance(seconds=30)
        assert ask(person, payment_id=payment_id)["verdict"] == "succeeded"

    def test_a_card_payment_whose_answer_is_lost_is_unknown(
        self, person: Person, outside: Outside
    ) -> None:
        outside.gateway.script.append(Unanswered(Problem.CONNECTION_RESET))
        source = {"type": "bank_card", "id": person.card_id}
        payment_id = person.pay(12_800, source=source)["id"]

        answer = ask(person, payment_id=payment_id)
        assert (answer["verdict"], answer["retry_safe"]) == ("unknown", False)

    def test_asking_settles_nothing_and_schedules_nothing(
        self, wallet: Wallet, person: Person, outside: Outside
    ) -> None:
        outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
        payment_id = person.pay(12_800)["id"]

        def state() -> tuple[Any, ...]:
            with wallet.database.snapshot() as tx:
                jobs = sa.select(sa.func.count()).where(Job.kind == "inquire_attempt")
                made = tx.scalars(sa.select(Attempt.inquiries_made)).all()
                status = tx.scalars(sa.select(Instruction.status)).all()
                return tx.scalar(jobs), made, status, person.money.held

        before = state()
        ask(person, payment_id=payment_id)
        assert state() == before

    def test_the_gateway_is_asked_with_no_transaction_open_and_only_while_it_matters(
        self, wallet: Wallet, person: Person, outside: Outside
    ) -> None:
        asked: list[str] = []
        inquire = outside.gateway.inquire

        def watch(reference: str) -> Any:
            with wallet.database.transaction():
                asked.append(reference)
            return inquire(reference)

        outside.gateway.inquire = watch  # type: ignore[method-assign]
        settled = person.pay(100)["id"]
        outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
        lost = person.pay(200)

        ask(person, payment_id=settled)
        assert asked == []
        ask(person, payment_id=lost["id"])
        assert asked == [lost["attempts"][0]["id"]]

    def test_the_same_twice_within_ten_minutes_is_a_duplicate(
        self, person: Person, clock: Clock
    ) -> None:
        first = person.pay(12_800)["id"]
        clock.advance(minutes=9)
        second = person.pay(12_800)["id"]

        for payment_id in (first, second):
            answer = ask(person, payment_id=payment_id)
            assert (answer["verdict"], answer["retry_safe"]) == ("duplicate", False)

    def test_two_orders_or_ten_minutes_make_no_duplicate(
        self, person: Person, clock: Clock
    ) -> None:
        one = person.pay(100, merchant_order_no="A-1")["id"]
        person.pay(100, merchant_order_no="A-2")
        other = person.pay(200)["id"]
        clock.advance(minutes=11)
        person.pay(200)

        assert ask(person, payment_id=one)["verdict"] == "succeeded"
        assert ask(person, payment_id=other)["verdict"] == "succeeded"

    def test_a_payment_that_was_given_back_is_refunded_and_a_part_of_it_is_not(
        self, wallet: Wallet, person: Person
    ) -> None:
        payment = person.pay(12_800)

        def give_back(amount: int) -> str:
            refund_payment(wallet.payments, payment["id"], amount)
            return str(ask(person, payment_id=payment["id"])["verdict"])

        assert give_back(2_800) == "succeeded"
        assert give_back(10_000) == "refunded"

    def test_money_taken_after_the_cancel_is_a_mismatch_until_it_is_given_back(
        self, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Unanswered())
        payment = person.pay(12_800)
        clock.advance(seconds=12)
        assert ask(person, payment_id=payment["id"])["verdict"] == "failed_clean"
        outside.gateway.take_late(payment["attempts"][0]["id"])
        outside.gateway.script.append(Unanswered())
        clock.advance(
            seconds=55
        )  # a look a minute after the cancel, which came with the first inquiry
        answer = ask(person, payment_id=payment["id"])
        assert (answer["verdict"], answer["retry_safe"]) == ("mismatch", False)
        clock.advance(seconds=60)
        answer = ask(person, payment_id=payment["id"])
        assert answer["verdict"] == "refunded"


class TestWhy:
    def test_a_balance_is_judged_as_it_was_at_that_instant(
        self, wallet: Wallet, person: Person, clock: Clock
    ) -> None:
        payment_id = person.pay(150_000, transaction_password="246810")["id"]
        clock.advance(seconds=5)
        with wallet.database.transaction() as tx:
            give_money(tx, person.user_id, 500_000)

        answer = ask(person, payment_id=payment_id)
        assert (answer["verdict"], cause(answer)) == ("failed_clean", "wallet_balance")
        assert "CN¥1,000.00" in answer["primary_cause"]["text"]
        assert answer["checked"]["balance"]["ok"] is False
        assert answer["advice"][0]["code"] == "top_up"

    def test_what_was_held_then_could_not_be_spent(
        self, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
        person.pay(80_000, transaction_password="246810")
        payment_id = person.pay(30_000, transaction_password="246810")["id"]
        clock.advance(minutes=1)

        answer = ask(person, payment_id=payment_id)
        assert "CN¥200.00" in answer["primary_cause"]["text"]

    @pytest.mark.parametrize(
        ("problem", "code", "retry_safe"),
        [
            (Problem.DECLINED, "gateway_declined", True),
            (Problem.CONNECTION_REFUSED, "connection_refused", True),
            (Problem.DNS_FAILURE, "dns_failure", True),
            (Problem.CONNECT_TIMEOUT, "connect_timeout", True),
            (Problem.RISK, "risk", False),
            (Problem.LIMIT_EXCEEDED, "limit_exceeded", False),
        ],
    )
    def test_a_failure_is_explained_by_its_code(
        self, person: Person, outside: Outside, problem: Problem, code: str, retry_safe: bool
    ) -> None:
        outside.gateway.script.append(problem)
        payment_id = person.pay(12_800)["id"]

        answer = ask(person, payment_id=payment_id)
        assert (answer["verdict"], cause(answer)) == ("failed_clean", code)
        assert answer["retry_safe"] is retry_safe
        assert "weren't charged" in answer["message"]

    def test_a_frozen_card_is_named_by_its_last_digits(
        self, person: Person, outside: Outside
    ) -> None:
        outside.gateway.script.append(Problem.CARD_FROZEN)
        source = {"type": "bank_card", "id": person.card_id}
        last4 = person.client.get("/v1/bank-cards")["data"][0]["last4"]

        answer = ask(person, payment_id=person.pay(12_800, source=source)["id"])
        assert (cause(answer), answer["retry_safe"]) == ("card_frozen", False)
        assert last4 in answer["primary_cause"]["text"]

    @pytest.mark.parametrize("first", ["taken", "unknown"])
    @pytest.mark.parametrize("payee", ["mch_star_coffee", "another"])
    @pytest.mark.parametrize("by_id", [True, False])
    def test_a_failure_beside_the_same_payment_that_may_have_taken_money_is_no_advice_to_retry(
        self, wallet: Wallet, outside: Outside, clock: Clock, first: str, payee: str, by_id: bool
    ) -> None:
        person = create_person(wallet, balance=12_000)
        if first == "unknown":
            outside.gateway.script.append(Unanswered())
        assert person.pay(5_000)["status"] == ("processing" if first == "unknown" else "succeeded")
        merchant_id = payee if payee.startswith("mch_") else another_merchant(person)
        outside.gateway.script.append(Problem.DECLINED)
        failed = person.pay(5_000, merchant_id=merchant_id)
        assert failed["status"] == "failed"
        answer = ask(person, payment_id=failed["id"]) if by_id else remember(person, clock, 5_000)
        is_told_of_the_failure = answer["verdict"] == "failed_clean"
        if by_id and payee == "another":
            assert answer["retry_safe"] is True, "it is surely another payment"
        else:
            assert answer["retry_safe"] is False
            assert not {it["code"] for it in answer["advice"]} & {"retry", "retry_later", "top_up"}
            assert is_told_of_the_failure or "don't pay again" in answer["message"]

    def test_others_that_failed_in_the_same_way_make_it_an_incident(
        self, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.extend([Problem.CONNECTION_REFUSED] * 10)
        first, *_ = [person.pay(100 + number)["id"] for number in range(10)]
        clock.advance(minutes=6)

        answer = ask(person, payment_id=first)
        assert (answer["verdict"], cause(answer)) == ("failed_clean", "incident")
        assert [it["code"] for it in answer["other_causes"]] == ["connection_refused"]
        assert answer["checked"]["system_status"]["ok"] is False
        assert answer["advice"][0]["code"] == "wait_for_recovery"

    def test_a_failure_among_many_successes_is_no_incident(
        self, person: Person, outside: Outside
    ) -> None:
        for number in range(10):
            person.pay(100 + number)
        outside.gateway.script.append(Problem.CONNECTION_REFUSED)

        answer = ask(person, payment_id=person.pay(999)["id"])
        assert cause(answer) == "connection_refused"

    def test_a_published_incident_explains_what_fits_it(
        self, wallet: Wallet, person: Person, outside: Outside
    ) -> None:
        with wallet.database.transaction() as tx:
            incident_id = create_incident(tx, tx.now - timedelta(minutes=1))
        outside.gateway.script.extend([Problem.CONNECTION_REFUSED, Problem.DECLINED])

        answer = ask(person, payment_id=person.pay(100)["id"])
        assert cause(answer) == "incident"
        assert incident_id in {it["id"] for it in answer["evidence"]}
        assert cause(ask(person, payment_id=person.pay(200)["id"])) == "gateway_declined"

    def test_a_frozen_account_explains_a_payment_that_is_nowhere(
        self, wallet: Wallet, person: Person, clock: Clock
    ) -> None:
        with wallet.database.transaction() as tx:
            tx.execute(sa.update(User).values(status="frozen"))
        assert person.pay(12_800).code == "account_frozen"

        answer = remember(person, clock, 12_800)
        assert (answer["verdict"], cause(answer)) == ("no_record", "account_frozen")

    def test_a_locked_transaction_password_explains_it_too(
        self, person: Person, clock: Clock
    ) -> None:
        for _ in range(5):
            person.pay(12_800, transaction_password="135790")
        assert person.pay(12_800, transaction_password="246810").code == (
            "transaction_password_locked"
        )

        answer = remember(person, clock, 12_800)
        assert (answer["verdict"], cause(answer)) == ("no_record", "transaction_password_locked")

        assert cause(remember(person, clock, 12_800, -45)) == "no_record"

    def test_too_old_an_app_is_found_by_amount_and_time(self, person: Person, clock: Clock) -> None:
        old = person.client.with_headers(X_App_Version="android/1.0.0")
        body = {
            "merchant_id": "mch_star_coffee",
            "amount": 12_800,
            "currency": "CNY",
            "source": {"type": "balance"},
        }
        assert old.post("/v1/payments", body).status == 426

        answer = remember(person, clock, 12_800)
        assert (answer["verdict"], cause(answer)) == ("no_record", "app_outdated")
        assert answer["retry_safe"] is True
        assert "android/1.0.0" in answer["message"]
        assert answer["checked"]["app_version"]["ok"] is False


class TestMatching:
    def test_a_rough_time_and_amount_are_enough(self, person: Person, clock: Clock) -> None:
        payment_id = person.pay(12_800)["id"]
        person.pay(700)
        clock.advance(minutes=12)

        for amount in (12_800, 12_900, 18_200, 128):
            assert remember(person, clock, amount, -10)["payment_id"] == payment_id

    def test_what_is_nowhere_has_no_record_and_may_be_paid(
        self, person: Person, clock: Clock
    ) -> None:
        person.pay(700)
        answer = remember(person, clock, 12_800)

        assert (answer["verdict"], answer["retry_safe"]) == ("no_record", True)
        assert (answer["payment_id"], cause(answer)) == (None, "no_record")
        assert answer["evidence"][0]["id"] == answer["id"]

    @pytest.mark.parametrize(("amount", "minutes"), [(12_300, 0), (1_280, -5), (18_200, -1140)])
    def test_a_near_miss_is_asked_about_and_never_called_free_to_pay_again(
        self, person: Person, clock: Clock, amount: int, minutes: float
    ) -> None:
        payment = person.pay(12_800)
        answer = remember(person, clock, amount, minutes)

        assert (answer["payment_id"], answer["verdict"]) == (payment["id"], "succeeded")
        assert answer["retry_safe"] is False
        assert answer["message"].startswith("Do you mean the CN¥128.00 payment to ")
        assert [it["code"] for it in answer["advice"]] == ["confirm_which_payment"]

    def test_somebody_elses_payment_is_never_found(
        self, wallet: Wallet, person: Person, clock: Clock
    ) -> None:
        payment_id = create_person(wallet).pay(12_800)["id"]

        assert remember(person, clock, 12_800)["payment_id"] is None
        assert person.client.post(DIAGNOSES, {"payment_id": payment_id}).code == "not_found"

    def test_where_only_the_phone_saw_it_no_money_moved(self, person: Person, clock: Clock) -> None:
        report_event(person, clock.now(), 12_800)
        answer = remember(person, clock, 12_800, -3)

        assert (answer["verdict"], answer["retry_safe"]) == ("no_record", True)
        assert cause(answer) == "client_network"
        assert answer["checked"]["network"]["ok"] is False
        assert "client_event" in {it["type"] for it in answer["evidence"]}

    def test_a_phone_that_gave_up_on_a_payment_that_arrived_is_told_so(
        self, person: Person, clock: Clock
    ) -> None:
        payment_id = person.pay(12_800)["id"]
        report_event(person, clock.now() + timedelta(seconds=30), 12_800, error="timeout")

        for answer in (remember(person, clock, 12_800, 0.5), ask(person, payment_id=payment_id)):
            assert (answer["verdict"], answer["payment_id"]) == ("succeeded", payment_id)
            assert (answer["retry_safe"], cause(answer)) == (False, "client_network")

    def test_the_idempotency_key_ties_a_sight_to_its_payment_whatever_the_clock_says(
        self, person: Person, clock: Clock
    ) -> None:
        payment_id = person.pay(12_800, key="the-one")["id"]
        wrong_clock = clock.now() + timedelta(minutes=50)
        report_event(person, wrong_clock, 12_800, idempotency_key="the-one")

        answer = ask(person, amount=12_800, occurred_at=rfc3339(wrong_clock))
        assert (answer["verdict"], answer["payment_id"]) == ("succeeded", payment_id)


class TestAnswer:
    def test_it_is_kept_word_for_word(self, wallet: Wallet, person: Person) -> None:
        payment_id = person.pay(12_800)["id"]
        answer = ask(person, payment_id=payment_id)

        with wallet.database.snapshot() as tx:
            kept = tx.get_one(PaymentDiagnosis, answer["id"])
        assert answer["id"].startswith("dia_")
        assert kept.answer == answer.body
        assert (kept.user_id, kept.payment_id) == (person.user_id, payment_id)
        assert (kept.verdict, kept.asked) == ("succeeded", {"payment_id": payment_id})

    def test_it_speaks_the_language_of_the_caller(self, person: Person) -> None:
        payment_id = person.pay(12_800)["id"]
        chinese = person.client.with_headers(Accept_Language="zh-CN")

        answer = chinese.post(DIAGNOSES, {"payment_id": payment_id})
        assert "这笔¥128.00的付款已成功，请勿再次支付" in answer["message"]

    def test_it_needs_a_login(self, person: Person, client: Any) -> None:
        assert client.post(DIAGNOSES, {"payment_id": "pay_1"}).status == 401

    @pytest.mark.parametrize(
        "question",
        [
            {},
            {"amount": 12_800},
            {"occurred_at": "2026-11-23T12:00:00Z"},
            {"amount": 128.0, "occurred_at": "2026-11-23T12:00:00Z"},
            {"amount": 0, "occurred_at": "2026-11-23T12:00:00Z"},
            {"amount": 12_800, "occurred_at": "yesterday"},
            {"amount": 12_800, "occurred_at": "0001-01-01T00:00:00Z"},
            {"amount": 12_800, "occurred_at": "9999-12-31T23:59:59Z"},
            {"payment_id": "pay_1", "amount": 12_800},
            {"payment_id": 7},
            {"payment_id": "pay_1", "why": "?"},
        ],
    )
    def test_a_question_in_another_shape_is_refused(
        self, person: Person, question: dict[str, Any]
    ) -> None:
        assert person.client.post(DIAGNOSES, question).code == "validation_failed"
