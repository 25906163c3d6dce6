"""Whoever was told "the outcome is not known yet" hears how it ended, once; nobody else gets a message for paying."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.money import say_amount
from app.edges.protocols import Charge
from app.edges.results import Answer as GatewayAnswer
from app.edges.results import Finding, FindingState, Notice, Problem
from app.factory import Wallet
from app.notifications.models import OutboxMessage
from app.payments.operations.hear_outcome import hear_outcome
from app.payments.operations.inquire_attempt import inquire_attempt
from app.payments.rules import INQUIRY_SCHEDULE
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person, create_person
from tests.factories.staff import create_agent
from tests.fakes import Lost, Step, Unanswered

FOREVER = 100


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet, card=True)


def told(wallet: Wallet, person: Person) -> list[str]:
    """The templates about money in the outbox, in order."""
    with wallet.database.snapshot() as tx:
        query = sa.select(OutboxMessage.template).where(OutboxMessage.user_id == person.user_id)
        found = tx.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.id)).all()
    return [it for it in found if it.startswith(("payment_", "top_up_", "withdrawal_"))]


def said(outside: Outside, template: str) -> list[str]:
    """The words that arrived."""
    everything = [*outside.sms.sent, *outside.mail.sent]
    return [it.text for it in everything if it.template == template]


def attempt_of(payment: Answer) -> str:
    return str(payment["attempts"][0]["id"])


class TestAPaymentThatWasLeftOpen:
    def test_is_told_once_when_an_inquiry_finds_that_it_went_through(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
        assert person.pay(12_800).status == 202
        assert told(wallet, person) == []
        clock.advance(seconds=6)  # sooner than a call that died would be given up

        assert told(wallet, person) == ["payment_succeeded"]
        (words,) = said(outside, "payment_succeeded")
        assert "128.00" in words
        clock.advance(days=2)
        assert told(wallet, person) == ["payment_succeeded"]

    def test_is_told_when_it_failed_and_the_hold_is_released(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
        assert person.pay(12_800).status == 202
        clock.advance(minutes=2)

        assert told(wallet, person) == ["payment_failed"]
        assert person.money.held == 0

    def test_is_told_when_people_settled_it_after_a_day(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Lost(Problem.READ_TIMEOUT))
        outside.gateway.inquiries_fail = FOREVER
        payment = person.pay(12_800)
        clock.advance(seconds=INQUIRY_SCHEDULE[-1].total_seconds() + 60)
        assert told(wallet, person) == ["payment_under_review"]
        outside.gateway.inquiries_fail = 0
        agent = create_agent(wallet)
        settled = agent.client.post(f"/internal/v1/payments/{payment['id']}/inquire")

        assert settled["status"] == "succeeded"
        assert told(wallet, person) == ["payment_under_review", "payment_succeeded"]

    @pytest.mark.parametrize(
        ("locale", "words"), [("zh-CN", "付款 ¥128.00 成功"), ("en", "You paid CN¥128.00 to")]
    )
    def test_is_told_in_the_users_language(
        self, person: Person, outside: Outside, clock: Clock, locale: str, words: str
    ) -> None:
        assert person.client.patch("/v1/me", {"locale": locale}).status == 200
        outside.gateway.script.append(Lost(Problem.READ_TIMEOUT))
        person.pay(12_800)
        clock.advance(minutes=2)

        (text,) = said(outside, "payment_succeeded")
        assert words in text

    def test_is_told_once_though_its_inquiry_runs_twice(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Lost(Problem.READ_TIMEOUT))
        payment = person.pay(12_800)
        clock.jump_to(clock.now() + timedelta(seconds=20))
        for _ in range(2):
            inquire_attempt(wallet.payments, attempt_of(payment))

        assert told(wallet, person) == ["payment_succeeded"]


@pytest.mark.parametrize(
    ("template", "path", "step"),
    [
        ("top_up_succeeded", "/v1/top-ups", Lost(Problem.READ_TIMEOUT)),
        ("top_up_failed", "/v1/top-ups", Unanswered(Problem.READ_TIMEOUT)),
        ("withdrawal_succeeded", "/v1/withdrawals", Lost(Problem.READ_TIMEOUT)),
        ("withdrawal_failed", "/v1/withdrawals", Unanswered(Problem.READ_TIMEOUT)),
    ],
)
def test_a_movement_with_the_card_that_was_left_open_is_told_too(
    wallet: Wallet,
    person: Person,
    outside: Outside,
    clock: Clock,
    template: str,
    path: str,
    step: Step,
) -> None:
    edge = outside.bank if path == "/v1/withdrawals" else outside.gateway
    edge.script.append(step)
    body = {"amount": 5_000, "currency": "CNY", "bank_card_id": person.card_id}
    moved = person.client.post(path, body | {"transaction_password": PIN}, key="fresh")
    assert moved.status == 202, moved.body
    clock.advance(minutes=2)

    assert told(wallet, person) == [template]
    (text,) = said(outside, template)
    assert say_amount(5_000, "CNY", "en") in text or say_amount(5_000, "CNY", "zh-CN") in text


@pytest.mark.parametrize(
    "step", [None, Problem.DECLINED, Problem.CONNECTION_REFUSED], ids=["paid", "declined", "down"]
)
def test_what_was_answered_at_once_brings_no_message(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock, step: Problem | None
) -> None:
    if step is not None:
        outside.gateway.script.append(step)
    assert person.pay(12_800).status == 201
    clock.advance(days=2)

    assert told(wallet, person) == []


def test_a_failure_of_our_own_brings_no_message(wallet: Wallet, person: Person) -> None:
    assert person.pay(150_000, transaction_password=PIN)["status"] == "failed"

    assert told(wallet, person) == []


def test_a_callback_that_is_faster_than_the_answer_brings_no_message(
    wallet: Wallet, person: Person, outside: Outside
) -> None:
    plain = outside.gateway.charge

    def overtaken(charge: Charge) -> GatewayAnswer:
        answer = plain(charge)
        done = Finding(FindingState.DONE, None, answer.external_id, None, 0)
        notice = Notice(charge.reference, done, charge.amount_minor, charge.currency)
        hear_outcome(wallet.payments, notice, at_bank=False)
        return answer

    outside.gateway.charge = overtaken  # type: ignore[method-assign]
    assert person.pay(12_800).status == 201, "the call itself says how it ended"
    assert told(wallet, person) == []
