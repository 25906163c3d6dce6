"""Every money rule when many come at once, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.edges.results import Problem
from app.factory import Wallet
from app.ledger.invariants import check_ledger
from app.payments.models import Attempt
from app.payments.operations.inquire_attempt import inquire_attempt
from tests.client import Answer
from tests.conftest import Outside
from tests.factories.people import PIN, Person, create_person
from tests.fakes import Lost

MANY = 50


def at_once(count: int, call: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(call, range(count)))


def assert_books_in_order(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx:
        assert [check for check in check_ledger(tx) if not check.ok] == []


def test_of_fifty_payments_with_money_for_one_exactly_one_succeeds(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet, balance=1000)
    answers = at_once(MANY, lambda _: payer.pay(1000))
    assert sorted(it["status"] for it in answers) == ["failed"] * (MANY - 1) + ["succeeded"]
    assert len(outside.gateway.done) == 1
    assert (payer.money.total, payer.money.held) == (0, 0)
    assert_books_in_order(wallet)


def test_the_same_key_at_once_pays_once(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    answers = at_once(20, lambda _: payer.pay(1000, key="the-same"))
    assert {it.status for it in answers} <= {201, 409}
    assert {it["id"] for it in answers if it.status == 201} == {
        it["id"] for it in payer.client.get("/v1/payments")["data"]
    }
    assert all(it.code == "idempotency_in_progress" for it in answers if it.status == 409)
    assert len(outside.gateway.done) == 1
    assert payer.money.total == 99_000


def test_the_daily_limit_holds_in_a_race(wallet: Wallet) -> None:
    payer = create_person(wallet, balance=100_000_000)

    def pay(_: int) -> Answer:
        return payer.pay(5_000_000, transaction_password=PIN)

    answers = at_once(12, pay)
    assert sum(it.status == 201 and it["status"] == "succeeded" for it in answers) == 4
    assert payer.money.total == 80_000_000


def test_of_parallel_retries_one_begins(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    payment_id = payer.pay(1000)["id"]
    answers = at_once(10, lambda _: payer.client.post(f"/v1/payments/{payment_id}/retry", {}))
    assert sum(it.status == 201 for it in answers) == 1
    assert all(it.code == "payment_not_retryable" for it in answers if it.status == 409)
    assert payer.money.total == 99_000


def test_a_retry_that_fails_for_good_is_not_followed_by_another(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet, card=True)
    outside.gateway.script.extend([Problem.CONNECTION_REFUSED, Problem.CARD_FROZEN])
    payment_id = payer.pay(1000, source={"type": "bank_card", "id": payer.card_id})["id"]

    def retry(_: int) -> Answer:
        body = {"transaction_password": PIN}  # the slow check lets the others judge meanwhile
        return payer.client.post(f"/v1/payments/{payment_id}/retry", body)

    at_once(8, retry)
    payment = payer.client.get(f"/v1/payments/{payment_id}")
    assert [it["failure_code"] for it in payment["attempts"]] == [
        "connection_refused",
        "card_frozen",
    ]


def test_parallel_inquiries_settle_once(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Lost())
    payment = payer.pay(1000)
    attempt_id = payment["attempts"][0]["id"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: inquire_attempt(wallet.payments, attempt_id), range(8)))
    assert payer.client.get(f"/v1/payments/{payment['id']}")["status"] == "succeeded"
    assert (payer.money.total, payer.money.held) == (99_000, 0)
    with wallet.database.snapshot() as tx:
        assert tx.get_one(Attempt, attempt_id).outcome == "succeeded"
    assert_books_in_order(wallet)


def test_transfers_back_and_forth_never_deadlock_and_lose_nothing(wallet: Wallet) -> None:
    people = [create_person(wallet, balance=10_000) for _ in range(3)]

    def send(number: int) -> Answer:
        sender: Person = people[number % 3]
        recipient = people[(number + 1 + number % 2) % 3]
        body = {"recipient": {"user_id": recipient.user_id}, "amount": 7, "currency": "CNY"}
        return sender.client.post("/v1/transfers", body)

    answers = at_once(60, send)
    assert {it.status for it in answers} == {201}
    assert sum(person.money.total for person in people) == 30_000
    assert_books_in_order(wallet)


def test_paying_by_card_while_another_payment_settles_never_deadlocks(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet, card=True)
    source = {"type": "bank_card", "id": payer.card_id}
    answers = at_once(30, lambda _: payer.pay(10, source=source))
    assert {it["status"] for it in answers} == {"succeeded"}
    assert len(outside.gateway.done) == 30
