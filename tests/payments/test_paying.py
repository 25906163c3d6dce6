"""Payments from the balance and from a card, and what each failure leaves behind."""

import pytest
import sqlalchemy as sa

from app.edges.results import Problem
from app.factory import Wallet
from app.payments.models import Attempt
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, create_person, payment_body
from tests.fakes import Lost, Unanswered


def test_a_payment_from_the_balance_moves_the_money_and_tells_the_gateway(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet)
    answer = payer.pay(1000)
    assert (answer.status, answer["status"], answer["failure"]) == (201, "succeeded", None)
    [attempt] = answer["attempts"]
    assert attempt["outcome"] == "succeeded"
    assert attempt["gateway_reference"]
    assert list(outside.gateway.done) == [attempt["id"]]
    assert (payer.money.available, payer.money.held) == (99_000, 0)
    [entry, _funding] = payer.client.get("/v1/wallet/entries")["data"]
    assert (entry["type"], entry["amount"], entry["balance_after"]) == ("payment", -1000, 99_000)
    assert entry["reference"] == {"type": "payment", "id": answer["id"]}


def test_a_payment_by_card_leaves_the_wallet_alone(wallet: Wallet) -> None:
    payer = create_person(wallet, card=True)
    answer = payer.pay(1000, source={"type": "bank_card", "id": payer.card_id})
    assert (answer.status, answer["status"]) == (201, "succeeded")
    assert answer["source"] == {"type": "bank_card", "id": payer.card_id}
    assert payer.money.total == 100_000


def test_too_low_a_balance_is_a_recorded_failure_without_a_call(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet, balance=500)
    answer = payer.pay(1000)
    assert (answer.status, answer["status"]) == (201, "failed")
    assert answer["failure"]["reason"] == "insufficient_balance"
    assert answer["failure"]["code"] == "wallet_balance"
    [attempt] = answer["attempts"]
    assert (attempt["outcome"], attempt["gateway_reference"]) == ("failed", None)
    assert outside.gateway.calls == []
    assert (payer.money.available, payer.money.held) == (500, 0)


@pytest.mark.parametrize(
    ("problem", "reason", "code"),
    [
        (Problem.DECLINED, "gateway_error", "gateway_declined"),
        (Problem.DNS_FAILURE, "network_error", "dns_failure"),
        (Problem.CONNECTION_REFUSED, "network_error", "connection_refused"),
        (Problem.CONNECT_TIMEOUT, "network_error", "connect_timeout"),
        (Problem.RISK, "declined", "risk"),
        (Problem.CARD_FROZEN, "gateway_error", "gateway_declined"),
        (Problem.NOT_CONFIGURED, "gateway_error", "gateway_unavailable"),
    ],
)
def test_what_certainly_was_not_done_fails_at_once_and_gives_the_hold_back(
    wallet: Wallet, outside: Outside, problem: Problem, reason: str, code: str
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(problem)
    answer = payer.pay(1000)
    assert (answer.status, answer["status"]) == (201, "failed")
    assert (answer["failure"]["reason"], answer["failure"]["code"]) == (reason, code)
    assert (payer.money.available, payer.money.held) == (100_000, 0)


def test_a_frozen_card_is_declined(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet, card=True)
    outside.gateway.script.append(Problem.CARD_FROZEN)
    answer = payer.pay(1000, source={"type": "bank_card", "id": payer.card_id})
    assert (answer["failure"]["reason"], answer["failure"]["code"]) == ("declined", "card_frozen")
    assert not answer["failure"]["retryable"]


def test_a_lost_answer_keeps_the_hold_and_is_settled_once_by_inquiry(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
    answer = payer.pay(1000)
    assert (answer.status, answer["status"]) == (202, "processing")
    [attempt] = answer["attempts"]
    assert (attempt["outcome"], attempt["failure_code"]) == ("unknown", "connection_reset")
    assert (payer.money.available, payer.money.held) == (99_000, 1000)

    clock.advance(seconds=6)
    settled = payer.client.get(f"/v1/payments/{answer['id']}")
    assert (settled["status"], settled["failure"]) == ("succeeded", None)
    assert settled["attempts"][0]["gateway_reference"] == outside.gateway.ids[attempt["id"]]
    assert (payer.money.total, payer.money.held) == (99_000, 0)

    clock.advance(hours=25)
    assert payer.money.total == 99_000
    assert len(outside.gateway.done) == 1


def test_an_unanswered_call_fails_only_after_a_confirmed_cancel(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
    answer = payer.pay(1000)
    assert answer["status"] == "processing"
    clock.advance(seconds=6)
    settled = payer.client.get(f"/v1/payments/{answer['id']}")
    assert (settled["status"], settled["failure"]["code"]) == ("failed", "read_timeout")
    assert outside.gateway.cancelled == {settled["attempts"][0]["id"]}
    assert (payer.money.available, payer.money.held) == (100_000, 0)


def test_an_outcome_that_nobody_can_tell_goes_to_a_person_after_a_day(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Unanswered())
    outside.gateway.inquiries_fail = 100
    answer = payer.pay(1000)
    clock.advance(hours=23)
    path = f"/v1/payments/{answer['id']}"
    assert payer.signed_in_again().get(path)["status"] == "processing"
    clock.advance(hours=2)
    assert payer.signed_in_again().get(path)["status"] == "manual_review"
    assert payer.money.held == 1000
    assert 100 - outside.gateway.inquiries_fail == 9


def test_nothing_is_asked_while_the_call_itself_waits_for_its_answer(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Lost(Problem.READ_TIMEOUT))
    payment = payer.pay(1000)
    with wallet.database.transaction() as tx:  # the call is still open
        tx.execute(sa.update(Attempt).values(finished_at=None, failure_code=None))
    outside.gateway.inquiries_fail = 1
    clock.advance(seconds=9)
    assert outside.gateway.inquiries_fail == 1
    assert payer.client.get(f"/v1/payments/{payment['id']}")["status"] == "processing"
    clock.advance(seconds=12)
    assert outside.gateway.inquiries_fail == 0
    assert payer.client.get(f"/v1/payments/{payment['id']}")["status"] == "succeeded"


def test_a_latency_of_zero_is_a_latency(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    outside.gateway.latency_ms = 0
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    assert payer.pay()["attempts"][0]["latency_ms"] == 0


def test_a_failed_payment_is_retried_as_a_new_attempt(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    first = payer.pay(1000)
    again = payer.client.post(f"/v1/payments/{first['id']}/retry", {})
    assert (again.status, again["status"], again["failure"]) == (201, "succeeded", None)
    assert [it["outcome"] for it in again["attempts"]] == ["failed", "succeeded"]
    assert payer.money.total == 99_000
    refused = payer.client.post(f"/v1/payments/{first['id']}/retry", {})
    assert (refused.status, refused.code) == (409, "payment_not_retryable")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": 0}, 422, "amount_out_of_range"),
        ({"amount": -5}, 422, "amount_out_of_range"),
        ({"amount": 5_000_001}, 422, "amount_out_of_range"),
        ({"amount": 2**63}, 422, "amount_out_of_range"),
        ({"amount": 10.0}, 422, "validation_failed"),
        ({"amount": "10"}, 422, "validation_failed"),
        ({"amount": True}, 422, "validation_failed"),
        ({"currency": "USD"}, 422, "currency_mismatch"),
        ({"currency": "cny"}, 422, "validation_failed"),
        ({"merchant_id": "mch_nobody"}, 404, "merchant_not_found"),
        ({"source": {"type": "bank_card"}}, 422, "validation_failed"),
        ({"source": {"type": "bank_card", "id": "card_none"}}, 404, "not_found"),
        ({"source": {"type": "gold"}}, 422, "validation_failed"),
        ({"surprise": 1}, 422, "validation_failed"),
    ],
)
def test_a_request_that_is_not_in_order_records_nothing(
    wallet: Wallet, changes: dict[str, object], status: int, code: str
) -> None:
    payer = create_person(wallet)
    answer = payer.client.post("/v1/payments", payment_body() | changes)
    assert (answer.status, answer.code) == (status, code)
    assert payer.client.get("/v1/payments")["data"] == []
    assert payer.money.available == 100_000


def test_above_the_password_free_limit_the_transaction_password_is_asked_for(
    wallet: Wallet,
) -> None:
    payer = create_person(wallet)
    assert payer.pay(20_000)["status"] == "succeeded"
    refused = payer.pay(20_001)
    assert (refused.status, refused.code) == (403, "transaction_password_required")
    wrong = payer.pay(20_001, transaction_password="000001")
    assert (wrong.status, wrong.code) == (403, "transaction_password_incorrect")
    assert wrong["attempts_remaining"] == 4
    assert payer.pay(20_001, transaction_password=PIN)["status"] == "succeeded"


def test_no_more_than_a_day_s_sum_goes_without_the_password(wallet: Wallet) -> None:
    payer = create_person(wallet, balance=1_000_000)
    for _ in range(5):
        assert payer.pay(20_000).status == 201
    refused = payer.pay(1)
    assert (refused.status, refused.code) == (403, "transaction_password_required")
    assert payer.pay(1, transaction_password=PIN).status == 201


def test_over_the_daily_limit_a_payment_is_recorded_as_declined(wallet: Wallet) -> None:
    payer = create_person(wallet, balance=30_000_000)
    for _ in range(4):
        assert payer.pay(5_000_000, transaction_password=PIN)["status"] == "succeeded"
    over = payer.pay(1, transaction_password=PIN)
    assert (over.status, over["status"]) == (201, "failed")
    assert (over["failure"]["reason"], over["failure"]["code"]) == ("declined", "limit_exceeded")
    assert payer.money.total == 10_000_000


def test_what_fails_is_given_back_to_the_limits(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet, balance=30_000_000)
    outside.gateway.script.extend([Problem.DECLINED] * 4)
    for _ in range(4):
        assert payer.pay(5_000_000, transaction_password=PIN)["status"] == "failed"
    assert payer.pay(5_000_000, transaction_password=PIN)["status"] == "succeeded"


def test_the_app_s_version_and_network_are_kept_with_the_attempt(wallet: Wallet) -> None:
    payer = create_person(wallet)
    client = payer.client.with_headers(X_App_Version="ios/2.3.0", X_Network_Type="cellular")
    [attempt] = client.post("/v1/payments", payment_body())["attempts"]
    assert (attempt["app_version"], attempt["network_type"]) == ("ios/2.3.0", "cellular")


def test_somebody_else_s_payment_is_not_found(wallet: Wallet) -> None:
    payment = create_person(wallet).pay()
    answer = create_person(wallet).client.get(f"/v1/payments/{payment['id']}")
    assert (answer.status, answer.code) == (404, "not_found")


def test_payments_are_listed_newest_first_and_narrowed(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    ids = [payer.pay(amount)["id"] for amount in (100, 200, 300)]
    listed = [it["id"] for it in payer.client.get("/v1/payments")["data"]]
    assert listed == ids[::-1]
    failed = payer.client.get("/v1/payments", failure_reason="network_error")["data"]
    assert [it["id"] for it in failed] == ids[:1]
    by_amount = payer.client.get("/v1/payments", amount=200)["data"]
    assert [it["id"] for it in by_amount] == ids[1:2]
    page = payer.client.get("/v1/payments", limit=2)
    rest = payer.client.get("/v1/payments", limit=2, cursor=page["next_cursor"])
    assert [it["id"] for it in page["data"] + rest["data"]] == listed
    assert rest["next_cursor"] is None
