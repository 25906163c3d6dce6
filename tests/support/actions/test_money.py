"""Refunds and held money: within what was paid, and only where the gateway is certain."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core.jobs import Job
from app.edges.results import Problem
from app.factory import Wallet
from app.payments.machine.settling import INQUIRE
from app.payments.models import Attempt
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.actions import REQUESTS, approve, ask, elsewhere
from tests.factories.auth import NEW_PIN, Inbox, Visitor
from tests.factories.calls import verified_call
from tests.factories.people import Person, create_person
from tests.factories.staff import create_agent
from tests.fakes import Lost, Unanswered
from tests.support.actions.conftest import Desk


@pytest.fixture
def inbox(outside: Outside, clock: Clock) -> Inbox:
    return Inbox(outside, clock)


@pytest.fixture
def visitor(client: Client, inbox: Inbox) -> Visitor:
    return Visitor(client, inbox)


def test_an_approved_refund_goes_back_where_the_money_came_from(
    desk: Desk, outside: Outside, clock: Clock
) -> None:
    payment_id = desk.pay(1000)
    before = desk.person.money.available
    asked = desk.ask("refund", payment_id=payment_id, amount=300)
    assert outside.gateway.done.keys() == {desk.payment(payment_id)["attempts"][0]["id"]}
    done = approve(desk.supervisor, asked["id"])
    assert (done.status, done["status"], done["amount"]) == (200, "executed", 300)
    payment = desk.payment(payment_id)
    assert payment["refunded_amount"] == 300
    assert [(it["id"], it["status"]) for it in payment["refunds"]] == [
        (done["refund_id"], "succeeded")
    ]
    assert desk.person.money.available == before + 300
    clock.run_due()
    told = [
        one.template
        for one in outside.mail.sent
        if one.to == desk.person.client.get("/v1/me")["email"]
    ]
    assert told.count("refund_succeeded") == 1


def test_a_refund_without_an_amount_gives_back_all_that_is_left(desk: Desk) -> None:
    payment_id = desk.pay(1000)
    approve(desk.boss, desk.ask("refund", payment_id=payment_id, amount=300)["id"])
    asked = desk.ask("refund", payment_id=payment_id)
    assert asked["amount"] == 700
    assert approve(desk.boss, asked["id"])["status"] == "executed"
    assert desk.payment(payment_id)["refunded_amount"] == 1000
    nothing_left = desk.ask("refund", payment_id=payment_id)
    assert (nothing_left.status, nothing_left.code) == (422, "refund_exceeds_payment")


def test_more_than_is_left_is_refused(desk: Desk) -> None:
    payment_id = desk.pay(1000)
    assert desk.ask("refund", payment_id=payment_id, amount=1001).code == "refund_exceeds_payment"


def test_a_payment_that_failed_is_not_refunded(desk: Desk, outside: Outside) -> None:
    outside.gateway.script.append(Problem.DECLINED)
    failed = desk.pay()
    assert desk.ask("refund", payment_id=failed, amount=1).code == "refund_exceeds_payment"


def test_approvals_together_never_come_to_more_than_was_paid(desk: Desk) -> None:
    payment_id = desk.pay(1000)
    asked = [desk.ask("refund", payment_id=payment_id, amount=400)["id"] for _ in range(4)]
    people = [elsewhere(desk.wallet, it) for it in (desk.supervisor, desk.boss)] * 2
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(approve, people, asked))
    assert sorted(it.status for it in answers) == [200, 200, 422, 422]
    assert {it.code for it in answers if it.status == 422} == {"refund_exceeds_payment"}
    assert desk.payment(payment_id)["refunded_amount"] == 800
    left = desk.boss.client.get(REQUESTS, status="pending_approval")["data"]
    assert len(left) == 2


def test_a_refund_whose_sender_died_is_sent_by_the_worker(
    desk: Desk, outside: Outside, clock: Clock
) -> None:
    payment_id = desk.pay(1000)
    asked = desk.ask("refund", payment_id=payment_id, amount=300)
    outside.gateway.script.append(Unanswered())
    done = approve(desk.boss, asked["id"])
    assert done["status"] == "executed"
    assert desk.payment(payment_id)["refunds"][0]["status"] == "processing"
    clock.advance(minutes=1)
    refund = desk.payment(payment_id)["refunds"][0]
    assert (refund["id"], refund["status"]) == (done["refund_id"], "succeeded")


def test_cautions_show_what_happened_shortly_before(desk: Desk, clock: Clock) -> None:
    asked = desk.ask("refund", payment_id=desk.pay())
    assert asked["cautions"] == []
    by_card = create_person(desk.wallet, card=True)
    paid = by_card.pay(source={"type": "bank_card", "id": by_card.card_id})["id"]
    login = {
        "identifier": by_card.identifier,
        "password": "Sandbox-pass-1",
        "device": {"name": "Somebody's phone", "platform": "ios"},
    }
    assert by_card.client.post("/v1/auth/login", login).status == 200
    call_id = verified_call(desk.agent, by_card)
    asked = ask(desk.agent, by_card.user_id, "refund", payment_id=paid, call_id=call_id)
    assert asked["cautions"] == ["new_device", "new_card"]
    assert (asked["status"], asked["amount"]) == ("pending_approval", 1000)
    known = clock.now()
    clock.jump_to(known + timedelta(hours=23, minutes=59))
    assert cautions_later(desk, by_card, paid) == ["new_device", "new_card"]
    clock.jump_to(known + timedelta(hours=24, seconds=1))
    assert cautions_later(desk, by_card, paid) == []


def cautions_later(desk: Desk, person: Person, payment_id: object) -> list[str]:
    """What an agent who comes then is warned of; sessions of before have ended."""
    agent = create_agent(desk.wallet)
    call_id = verified_call(agent, replace(person, client=person.signed_in_again()))
    about = {"payment_id": payment_id, "call_id": call_id, "amount": 10}
    asked = ask(agent, person.user_id, "refund", **about)
    assert asked.status == 201, asked.body
    return list(asked["cautions"])


@pytest.mark.parametrize("which", ["login", "transaction"])
def test_a_reset_password_is_a_caution_for_a_day(
    desk: Desk, visitor: Visitor, clock: Clock, which: str
) -> None:
    person = desk.person
    paid = desk.pay()
    if which == "login":
        token = visitor.token("reset_password", person.identifier)
        assert visitor.reset(token).status == 204
    else:
        token = visitor.token("reset_transaction_password", person.identifier)
        pin = {"transaction_password": NEW_PIN, "transaction_password_confirmation": NEW_PIN}
        proof = {"verification_token": token, "password": "Sandbox-pass-1"}
        again = person.client.put("/v1/auth/transaction-password", pin | proof)
        assert again.status == 204, again.body
    known = clock.now()
    assert cautions_later(desk, person, paid) == ["password_reset"]
    clock.jump_to(known + timedelta(hours=23, minutes=59))
    assert cautions_later(desk, person, paid) == ["password_reset"]
    clock.jump_to(known + timedelta(hours=24, seconds=1))
    assert cautions_later(desk, person, paid) == []


def release(desk: Desk, payment_id: str, **more: object) -> object:
    return desk.ask("release_hold", payment_id=payment_id, **more)


@pytest.fixture
def stuck(desk: Desk, outside: Outside, clock: Clock) -> str:
    """A payment whose charge never reached the gateway, and which it took over 10 s to give up."""
    outside.gateway.script.append(Unanswered())
    payment_id = desk.pay(1000)
    assert desk.person.money.held == 1000
    return payment_id


def test_held_money_is_released_once_the_gateway_has_cancelled(
    desk: Desk, outside: Outside, stuck: str, clock: Clock
) -> None:
    asked = desk.ask("release_hold", payment_id=stuck)
    assert (asked.status, asked["status"], asked["amount"]) == (201, "pending_approval", 1000)
    wallet = desk.person.money.id
    assert {line["account"]: line["amount"] for line in asked["entries"]} == {
        f"{wallet}:held": -1000,
        f"{wallet}:available": 1000,
    }
    assert outside.gateway.cancelled == set(), "one person's word cancels nothing"
    done = approve(desk.boss, asked["id"])
    assert (done.status, done["status"]) == (200, "executed")
    assert (desk.person.money.held, desk.person.money.available) == (0, 100_000)
    assert desk.payment(stuck)["status"] == "failed"
    assert len(outside.gateway.cancelled) == 1
    again = desk.ask("release_hold", payment_id=stuck)
    assert (again.status, again.code) == (409, "nothing_held")
    clock.run_due()
    email = desk.person.client.get("/v1/me")["email"]
    sent = [one.template for one in outside.mail.sent if one.to == email]
    assert sent.count("payment_failed") == 1, "by whoever settled it"


def test_what_the_gateway_took_is_not_released(desk: Desk, outside: Outside) -> None:
    outside.gateway.script.append(Lost())
    payment_id = desk.pay(1000)
    for more in ({}, {"dry_run": True}):
        answer = desk.ask("release_hold", payment_id=payment_id, **more)
        assert (answer.status, answer.code) == (409, "payment_outcome_unknown")
    assert desk.person.money.held == 1000


def test_what_was_paid_is_not_released(desk: Desk) -> None:
    answer = desk.ask("release_hold", payment_id=desk.pay())
    assert (answer.status, answer.code) == (409, "payment_outcome_unknown")


def test_nothing_is_released_while_the_gateway_is_silent(
    desk: Desk, outside: Outside, stuck: str
) -> None:
    outside.gateway.inquiries_fail = 1
    assert desk.ask("release_hold", payment_id=stuck).code == "payment_outcome_unknown"
    asked = desk.ask("release_hold", payment_id=stuck)
    outside.gateway.inquiries_fail = 1
    answer = approve(desk.boss, asked["id"])
    assert (answer.status, answer.code) == (409, "payment_outcome_unknown")
    assert desk.person.money.held == 1000
    assert approve(desk.boss, asked["id"])["status"] == "executed"
    assert desk.person.money.held == 0


def test_a_charge_that_arrives_between_asking_and_approving_settles_the_payment(
    desk: Desk, outside: Outside, stuck: str
) -> None:
    asked = desk.ask("release_hold", payment_id=stuck)
    charge = outside.gateway.calls[0]
    outside.gateway.act(charge.reference, charge)  # type: ignore[attr-defined]
    answer = approve(desk.boss, asked["id"])
    assert (answer.status, answer.code) == (409, "payment_outcome_unknown")
    assert desk.payment(stuck)["status"] == "succeeded"
    assert desk.person.money.held == 0
    assert desk.boss.client.get(f"{REQUESTS}/{asked['id']}")["status"] == "pending_approval"


def test_a_release_that_the_reconciler_was_faster_with_is_executed(
    desk: Desk, stuck: str, clock: Clock
) -> None:
    """Also what is left by an approver who died behind the cancel."""
    asked = desk.ask("release_hold", payment_id=stuck)
    clock.advance(seconds=6)
    assert desk.person.money.held == 0
    assert approve(desk.boss, asked["id"])["status"] == "executed"


def test_two_who_approve_a_release_at_once_release_once(desk: Desk, stuck: str) -> None:
    asked = desk.ask("release_hold", payment_id=stuck)["id"]
    people = [elsewhere(desk.wallet, it) for it in (desk.supervisor, desk.boss)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda it: approve(it, asked), people))
    assert sorted(it.status for it in answers) == [200, 409]
    assert (desk.person.money.held, desk.person.money.available) == (0, 100_000)


def test_who_approves_again_and_again_uses_up_no_inquiry(
    wallet: Wallet, desk: Desk, outside: Outside, stuck: str
) -> None:
    def schedule() -> tuple[int, datetime]:
        with wallet.database.snapshot() as tx:
            made = tx.scalars(sa.select(Attempt.inquiries_made)).one()
            return made, tx.scalars(sa.select(Job.due_at).where(Job.kind == INQUIRE)).one()

    asked = desk.ask("release_hold", payment_id=stuck)
    before = schedule()
    outside.gateway.inquiries_fail = 20
    for _ in range(10):
        assert approve(desk.boss, asked["id"]).code == "payment_outcome_unknown"
    assert schedule() == before
    assert desk.payment(stuck)["status"] == "processing"
