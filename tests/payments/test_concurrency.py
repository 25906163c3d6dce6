"""Every money rule when many come at once, on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import sqlalchemy as sa

from app.banking.models import BankCard, CardReservation
from app.core.errors import Refusal
from app.edges import results
from app.edges.protocols import Charge
from app.edges.results import Finding, FindingState, Notice, Problem
from app.factory import Wallet
from app.ledger.invariants import check_ledger
from app.payments.books import holds_without_payment
from app.payments.errors import REFUND_EXCEEDS_PAYMENT
from app.payments.models import Attempt, DailyTotal, Instruction, Refund
from app.payments.operations.hear_outcome import hear_outcome
from app.payments.operations.inquire_attempt import inquire_attempt
from app.payments.operations.refund_payment import refund_payment
from app.payments.operations.send_refund import send_refund
from app.payments.operations.watch_attempt import watch_attempt
from app.payments.rules import CALL_DEADLINE
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person, create_person
from tests.fakes import Lost, Unanswered

MANY = 50


def at_once(count: int, call: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(call, range(count)))


def together(*calls: Callable[[], object]) -> None:
    """Run calls that start at the same moment. Raises what any of them raised."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(run, calls))


def assert_books_in_order(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx:
        assert [check for check in check_ledger(tx) if not check.ok] == []
        assert holds_without_payment(tx) == []


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


def test_a_day_s_sum_without_the_password_holds_in_a_race(wallet: Wallet) -> None:
    payer = create_person(wallet, balance=1_000_000)
    answers = at_once(16, lambda _: payer.pay(20_000))
    refused = [it for it in answers if it.status != 201]
    assert [it.code for it in refused] == ["transaction_password_required"] * 11
    assert payer.money.total == 900_000
    with wallet.database.snapshot() as tx:
        [total] = tx.scalars(sa.select(DailyTotal).where(DailyTotal.user_id == payer.user_id))
        assert (total.moved_minor, total.password_free_minor) == (100_000, 100_000)


def test_payments_transfers_and_withdrawals_at_once_share_one_balance(wallet: Wallet) -> None:
    payer, friend = create_person(wallet, balance=3000, card=True), create_person(wallet)
    money = {"amount": 1000, "currency": "CNY"}
    transfer = {"recipient": {"user_id": friend.user_id}, **money}
    withdrawal = {"bank_card_id": payer.card_id, "transaction_password": PIN, **money}
    calls: list[Callable[[], Answer]] = [
        lambda: payer.pay(1000),
        lambda: payer.client.post("/v1/transfers", transfer),
        lambda: payer.client.post("/v1/withdrawals", withdrawal),
    ]
    answers = at_once(12, lambda number: calls[number % 3]())
    assert {it.status for it in answers} == {201}
    assert sum(it["status"] == "succeeded" for it in answers) == 3
    assert (payer.money.total, payer.money.held) == (0, 0)
    assert_books_in_order(wallet)


def test_the_same_key_at_once_transfers_tops_up_and_retries_once(
    wallet: Wallet, outside: Outside
) -> None:
    payer, friend = create_person(wallet, card=True), create_person(wallet)
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    failed = payer.pay(1000)["id"]
    money = {"amount": 700, "currency": "CNY"}
    calls: dict[str, dict[str, object]] = {
        "/v1/transfers": {"recipient": {"user_id": friend.user_id}, **money},
        "/v1/top-ups": {"bank_card_id": payer.card_id, "transaction_password": PIN, **money},
        f"/v1/payments/{failed}/retry": {},
    }
    for path, body in calls.items():
        send = partial(payer.client.post, path, body, key=path[-20:])
        answers = at_once(12, lambda _, send=send: send())
        assert {it.code for it in answers if it.status != 201} <= {"idempotency_in_progress"}
        assert len({it["id"] for it in answers if it.status == 201}) == 1
    assert payer.money.total == 100_000 - 700 + 700 - 1000
    assert friend.money.total == 100_700
    assert len(payer.client.get(f"/v1/payments/{failed}")["attempts"]) == 2


def test_refunds_at_once_never_come_to_more_than_was_paid(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    payment_id = payer.pay(1000)["id"]

    def refund(_: int) -> bool:
        try:
            refund_payment(wallet.payments, payment_id, 300)
        except Refusal as refused:
            return refused.error is not REFUND_EXCEEDS_PAYMENT
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(refund, range(20))) == 3
    assert payer.money.total == 99_900
    with wallet.database.snapshot() as tx:
        assert tx.get_one(Instruction, payment_id).refunded_minor == 900
    assert outside.gateway.settlements().lines[0].refunded_minor == 900
    assert_books_in_order(wallet)


def test_a_refund_that_is_sent_many_times_at_once_gives_back_once(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet)
    payment_id = payer.pay(1000)["id"]
    outside.gateway.script.append(Lost())
    refund_id = refund_payment(wallet.payments, payment_id, 400)
    together(*[lambda: send_refund(wallet.payments, refund_id)] * 8)
    assert payer.money.total == 99_400
    with wallet.database.snapshot() as tx:
        assert tx.get_one(Refund, refund_id).status == "succeeded"
    assert outside.gateway.settlements().lines[0].refunded_minor == 400
    assert_books_in_order(wallet)


def test_a_late_success_that_everybody_notices_at_once_is_refunded_once(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Unanswered())
    payment = payer.pay(1000)
    attempt_id = payment["attempts"][0]["id"]
    clock.advance(seconds=6)
    outside.gateway.take_late(attempt_id)
    found = Finding(FindingState.DONE, None, "ext", None, 0)
    notice = Notice(attempt_id, found, 1000, "CNY")
    together(
        *[lambda: watch_attempt(wallet.payments, attempt_id, 1, 0)] * 4,
        *[lambda: hear_outcome(wallet.payments, notice, at_bank=False)] * 4,
    )
    clock.advance(seconds=6)
    shown = payer.client.get(f"/v1/payments/{payment['id']}")
    assert (shown["status"], payer.money.total, payer.money.held) == ("failed", 100_000, 0)
    with wallet.database.snapshot() as tx:
        [refund] = tx.scalars(sa.select(Refund))
        assert (refund.status, refund.amount_minor) == ("succeeded", 1000)
    assert outside.gateway.settlements().lines[0].refunded_minor == 1000
    assert_books_in_order(wallet)


def test_a_call_s_own_answer_and_inquiries_that_race_settle_once(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet, balance=10_000)
    charge = outside.gateway.charge
    inquiries: list[threading.Thread] = []

    def slow_charge(request: Charge) -> results.Answer:
        """The answer comes so late that others ask at the same moment."""
        answer = charge(request)
        clock.jump_to(clock.now() + CALL_DEADLINE)
        for _ in range(3):
            asks = threading.Thread(
                target=inquire_attempt, args=(wallet.payments, request.reference)
            )
            asks.start()
            inquiries.append(asks)
        return answer

    outside.gateway.charge = slow_charge  # type: ignore[method-assign]
    for _ in range(8):
        assert payer.pay(1000)["status"] == "succeeded"
    for asks in inquiries:
        asks.join()
    assert (payer.money.total, payer.money.held) == (2000, 0)
    assert_books_in_order(wallet)


def test_a_card_that_is_unbound_among_payments_is_let_go_by_all_of_them(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet, card=True)
    source = {"type": "bank_card", "id": payer.card_id}
    unbind = f"/v1/bank-cards/{payer.card_id}/unbind"

    def act(number: int) -> Answer:
        if number % 4 == 3:
            return payer.client.post(unbind, {"transaction_password": PIN})
        return payer.pay(10, source=source)

    answers = at_once(24, act)
    assert {it.status for it in answers} <= {200, 201, 409}
    codes = {it.code for it in answers if it.status == 409}
    assert codes <= {"bank_card_in_use", "bank_card_not_active"}
    assert sum(it.status == 200 for it in answers) <= 1
    with wallet.database.snapshot() as tx:
        assert list(tx.scalars(sa.select(CardReservation))) == []
        assert tx.get_one(BankCard, payer.card_id).movements_open == 0
    assert len(outside.gateway.done) == sum(it.status == 201 for it in answers)
