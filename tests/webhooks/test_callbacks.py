"""Callbacks of the gateway and the bank: genuine ones have their effect once, whatever else settles meanwhile."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.errors import BUSY, Refusal
from app.factory import Wallet
from app.ledger.invariants import check_ledger
from app.payments.operations.inquire_attempt import inquire_attempt
from app.webhooks.models import HeardCallback
from app.webhooks.operations import CallbackDependencies
from app.webhooks.operations.hear_callback import hear_callback
from app.webhooks.rules import CallbackSource, CallbackStatus
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.banking import new_card_body
from tests.factories.people import PIN, Person, create_person
from tests.factories.webhooks import CALLBACK_SECRETS, Caller, sign
from tests.fakes import Lost, Unanswered
from tests.webhooks.conftest import ON_SQLITE

Data = dict[str, Any]


def unknown_payment(wallet: Wallet, outside: Outside, step: Lost | Unanswered) -> Person:
    """Somebody whose one payment of 1000 fen has an unknown outcome."""
    outside.gateway.script.append(step)
    person = create_person(wallet)
    assert person.pay(1000).status == 202
    return person


def payment_of(person: Person) -> Any:
    (payment,) = person.client.get("/v1/payments")["data"]
    return payment


def attempt_of(person: Person) -> str:
    return str(payment_of(person)["attempts"][0]["id"])


def charge(reference: str, status: str = "captured", **changes: object) -> Data:
    """What the gateway shows of a charge of 1000 fen."""
    shown = {"id": "ch_1", "reference": reference, "amount": 1000, "currency": "CNY"}
    return shown | {"status": status, "decline_code": None} | changes


def assert_paid_once(wallet: Wallet, person: Person) -> None:
    assert payment_of(person)["status"] == "succeeded"
    assert (person.money.total, person.money.held) == (99_000, 0)
    assert len(person.client.get("/v1/wallet/entries")["data"]) == 2  # the funding and the payment
    assert_books_in_order(wallet)


def assert_still_unknown(person: Person) -> None:
    assert payment_of(person)["status"] == "processing"
    assert (person.money.total, person.money.held) == (100_000, 1000)


def assert_books_in_order(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx:
        assert [check for check in check_ledger(tx) if not check.ok] == []


def test_a_callback_settles_an_unknown_payment(
    wallet: Wallet, outside: Outside, gateway: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    answer = gateway.call("charge.captured", charge(attempt_of(person)))
    assert (answer.status, answer.body) == (200, {"status": "heard"})
    assert_paid_once(wallet, person)


@ON_SQLITE
def test_a_type_that_we_do_not_know_is_ignored(gateway: Caller, bank: Caller) -> None:
    for caller, kind in ((gateway, "dispute.opened"), (bank, "charge.captured"), (bank, "x")):
        answer = caller.call(kind, {"whatever": True})
        assert (answer.status, answer.body) == (200, {"status": "ignored"})


@ON_SQLITE
def test_new_fields_are_no_obstacle(wallet: Wallet, outside: Outside, gateway: Caller) -> None:
    person = unknown_payment(wallet, outside, Lost())
    answer = gateway.call("charge.captured", charge(attempt_of(person), fee=3, extra={"a": 1}))
    assert answer.status == 200
    assert_paid_once(wallet, person)


def test_a_duplicate_has_no_effect(wallet: Wallet, outside: Outside, gateway: Caller) -> None:
    person = unknown_payment(wallet, outside, Lost())
    data = charge(attempt_of(person))
    said = [gateway.call("charge.captured", data, webhook_id="msg_1")["status"] for _ in range(3)]
    assert said == ["heard", "duplicate", "duplicate"]
    assert_paid_once(wallet, person)


def test_the_same_outcome_under_another_id_has_no_effect_either(
    wallet: Wallet, outside: Outside, gateway: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    data = charge(attempt_of(person))
    assert [gateway.call("charge.captured", data)["status"] for _ in range(2)] == ["heard"] * 2
    assert_paid_once(wallet, person)


def test_the_gateways_ids_are_not_the_banks(gateway: Caller, bank: Caller) -> None:
    said = [
        gateway.call("charge.captured", charge("att_none"), webhook_id="msg_1"),
        bank.call("payout.paid", charge("att_none", "paid"), webhook_id="msg_1"),
    ]
    assert [it["status"] for it in said] == ["heard", "heard"]


def test_a_callback_that_fails_in_the_middle_is_not_swallowed(wallet: Wallet, clock: Clock) -> None:
    heard: list[object] = []

    def hear(data: Mapping[str, object]) -> bool:
        heard.append(data)
        if len(heard) == 1:
            raise BUSY()
        return True

    deps = CallbackDependencies(
        wallet.database,
        {CallbackSource.BANK: CALLBACK_SECRETS["bank"]},
        {CallbackSource.BANK: hear},
    )
    at, body = clock.now(), b'{"type": "payout.paid", "data": {}}'
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": sign("bank", "msg_1", at, body),
    }
    with pytest.raises(Refusal):
        hear_callback(deps, CallbackSource.BANK, headers, body)
    said = [hear_callback(deps, CallbackSource.BANK, headers, body) for _ in range(2)]
    assert said == [CallbackStatus.HEARD, CallbackStatus.DUPLICATE]
    assert len(heard) == 2


def test_a_decline_after_the_money_was_taken_changes_nothing(
    wallet: Wallet, outside: Outside, gateway: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    reference = attempt_of(person)
    gateway.call("charge.captured", charge(reference))
    late = gateway.call("charge.declined", charge(reference, "declined", decline_code="risk"))
    assert late["status"] == "heard"
    assert_paid_once(wallet, person)


def test_a_decline_releases_the_hold(wallet: Wallet, outside: Outside, gateway: Caller) -> None:
    person = unknown_payment(wallet, outside, Unanswered())
    reference = attempt_of(person)
    gateway.call("charge.declined", charge(reference, "declined", decline_code="risk"))
    assert payment_of(person)["status"] == "failed"
    assert (person.money.total, person.money.held) == (100_000, 0)
    assert_books_in_order(wallet)


@pytest.mark.parametrize(
    "change",
    [{"amount": 999}, {"amount": 100_000}, {"currency": "USD"}, {"reference": "att_other"}],
)
@ON_SQLITE
def test_a_notice_of_another_amount_currency_or_charge_settles_nothing(
    wallet: Wallet, outside: Outside, gateway: Caller, change: Data
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    answer = gateway.call("charge.captured", charge(attempt_of(person)) | change)
    assert answer.status == 200
    assert_still_unknown(person)


@ON_SQLITE
def test_the_bank_can_not_speak_for_the_gateway(
    wallet: Wallet, outside: Outside, bank: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    bank.call("payout.paid", charge(attempt_of(person), "paid"))
    assert_still_unknown(person)


def test_a_payout_is_settled_by_the_bank(wallet: Wallet, outside: Outside, bank: Caller) -> None:
    person = create_person(wallet, card=True)
    outside.bank.script.append(Lost())
    body = {
        "bank_card_id": person.card_id,
        "amount": 1000,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    withdrawal = person.client.post("/v1/withdrawals", body)
    assert withdrawal.status == 202
    reference = withdrawal["attempts"][0]["id"]
    assert bank.call("payout.paid", charge(reference, "paid"))["status"] == "heard"
    assert person.client.get(f"/v1/withdrawals/{withdrawal['id']}")["status"] == "succeeded"
    assert (person.money.total, person.money.held) == (99_000, 0)
    assert_books_in_order(wallet)


def test_a_deposit_is_settled_by_the_bank_for_the_amount_that_was_sent(
    wallet: Wallet, outside: Outside, bank: Caller, clock: Clock
) -> None:
    person = create_person(wallet)
    outside.bank.script.extend([None, Lost()])  # the token, then the deposit
    card = person.client.post("/v1/bank-cards", new_card_body())
    clock.run_due()

    def status() -> str:
        shown = person.client.get(f"/v1/bank-cards/{card['id']}")
        return str(shown["verification"]["deposit_status"])

    assert status() == "pending"
    (deposit,) = outside.bank.deposits
    wrong = {"amount": deposit.amount_minor + 1}
    shown = charge(deposit.reference, "posted", amount=deposit.amount_minor)
    for change, expected in ((wrong, "pending"), ({}, "sent"), ({}, "sent")):
        assert bank.call("deposit.posted", shown | change)["status"] == "heard"
        assert status() == expected
    assert_books_in_order(wallet)


def at_once(*calls: Callable[[], object]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [it.result() for it in [pool.submit(call) for call in calls]]


def test_a_callback_and_its_duplicate_at_once_settle_once(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    data = charge(attempt_of(person))

    def call() -> Answer:
        caller = Caller(wallet.app.test_client(), "gateway", clock.now)
        return caller.call("charge.captured", data, webhook_id="msg_1")

    answers = at_once(*[call] * 8)
    assert {it.status for it in answers} == {200}
    assert sorted(it["status"] for it in answers) == ["duplicate"] * 7 + ["heard"]
    assert_paid_once(wallet, person)


def test_a_callback_and_an_inquiry_that_race_settle_once(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    caller = Caller(wallet.app.test_client(), "gateway", clock.now)
    for _ in range(5):
        person = unknown_payment(wallet, outside, Lost())
        reference = attempt_of(person)
        data = charge(reference, id=outside.gateway.ids[reference])
        call_back = partial(caller.call, "charge.captured", data)
        inquire = partial(inquire_attempt, wallet.payments, reference)
        at_once(call_back, inquire, inquire)
        assert_paid_once(wallet, person)


def test_a_callback_that_races_with_the_calls_own_answer_settles_once(
    wallet: Wallet, outside: Outside, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = create_person(wallet)
    caller = Caller(wallet.app.test_client(), "gateway", clock.now)
    answered = outside.gateway.charge

    def call_back_first(request: Any) -> Any:
        answer = answered(request)
        data = charge(request.reference, id=answer.external_id)
        assert caller.call("charge.captured", data)["status"] == "heard"
        return answer

    monkeypatch.setattr(outside.gateway, "charge", call_back_first)
    paid = person.pay(1000)
    assert (paid.status, paid["status"]) == (201, "succeeded")
    assert_paid_once(wallet, person)


def test_ids_are_forgotten_after_a_day(wallet: Wallet, gateway: Caller, clock: Clock) -> None:
    def kept() -> list[str]:
        with wallet.database.snapshot() as tx:
            return sorted(tx.scalars(sa.select(HeardCallback.webhook_id)))

    gateway.call("charge.captured", charge("att_none"), webhook_id="msg_1")
    clock.advance(hours=36)
    gateway.call("charge.captured", charge("att_none"), webhook_id="msg_2")
    assert kept() == ["msg_1", "msg_2"]
    clock.advance(hours=13)
    assert kept() == ["msg_2"]
    clock.advance(days=2)
    assert kept() == []
    with wallet.database.snapshot() as tx:
        assert tx.scalar(sa.text("SELECT count(*) FROM jobs")) == 0
