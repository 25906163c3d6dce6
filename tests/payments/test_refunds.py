"""Money that goes back: asked for, in parts, refused, unanswered; and taken late, which goes back by itself."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.core.errors import NOT_FOUND, Refusal
from app.edges.protocols import Refund as RefundRequest
from app.edges.results import Problem
from app.factory import Wallet
from app.ledger.invariants import check_ledger
from app.payments.books import our_book
from app.payments.errors import REFUND_EXCEEDS_PAYMENT
from app.payments.models import Instruction
from app.payments.operations.refund_payment import refund_payment
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person, create_person
from tests.fakes import Lost, Unanswered


def paid(payer: Person, amount: int = 1000, **changes: object) -> str:
    answer = payer.pay(amount, **changes)
    assert answer["status"] == "succeeded"
    return str(answer["id"])


def shown(payer: Person, payment_id: str) -> Any:
    return payer.client.get(f"/v1/payments/{payment_id}").body


def reserved(wallet: Wallet, payment_id: str) -> int:
    with wallet.database.snapshot() as tx:
        assert [check for check in check_ledger(tx) if not check.ok] == []
        return tx.get_one(Instruction, payment_id).refunded_minor


def test_a_refund_of_a_balance_payment_brings_the_money_back(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet)
    payment_id = paid(payer)
    refund_id = refund_payment(wallet.payments, payment_id, 400)
    payment = shown(payer, payment_id)
    [refund] = payment["refunds"]
    assert (refund["id"], refund["status"], refund["amount"]) == (refund_id, "succeeded", 400)
    assert (payment["status"], payment["refunded_amount"]) == ("succeeded", 400)
    assert payer.money.available == 99_400
    entry = payer.client.get("/v1/wallet/entries")["data"][0]
    assert (entry["type"], entry["amount"]) == ("refund", 400)
    assert entry["reference"] == {"type": "payment", "id": payment_id}
    request = outside.gateway.done[refund_id]
    assert request == RefundRequest(refund_id, payment["attempts"][0]["id"], 400)


def test_a_refund_of_a_card_payment_goes_to_the_card_and_not_to_the_wallet(wallet: Wallet) -> None:
    payer = create_person(wallet, card=True)
    payment_id = paid(payer, source={"type": "bank_card", "id": payer.card_id})
    refund_payment(wallet.payments, payment_id, 1000)
    assert shown(payer, payment_id)["refunded_amount"] == 1000
    assert payer.money.total == 100_000
    assert reserved(wallet, payment_id) == 1000


def test_several_refunds_never_come_to_more_than_was_paid(wallet: Wallet) -> None:
    payer = create_person(wallet)
    payment_id = paid(payer)
    for amount in (300, 700):
        refund_payment(wallet.payments, payment_id, amount)
    with pytest.raises(Refusal) as refused:
        refund_payment(wallet.payments, payment_id, 1)
    assert refused.value.error is REFUND_EXCEEDS_PAYMENT
    assert [it["amount"] for it in shown(payer, payment_id)["refunds"]] == [300, 700]
    assert payer.money.available == 100_000


def test_what_was_not_paid_cannot_be_refunded(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    outside.gateway.script.extend([Problem.DECLINED, Unanswered()])
    for status in ("failed", "processing"):
        payment = payer.pay(1000)
        assert payment["status"] == status
        with pytest.raises(Refusal) as refused:
            refund_payment(wallet.payments, payment["id"], 1)
        assert refused.value.error is REFUND_EXCEEDS_PAYMENT
        assert shown(payer, payment["id"])["refunds"] == []


def test_only_a_payment_can_be_refunded(wallet: Wallet) -> None:
    payer = create_person(wallet, card=True)
    body = {
        "bank_card_id": payer.card_id,
        "amount": 500,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    top_up = payer.client.post("/v1/top-ups", body)
    for other in (top_up["id"], "pay_nobodys"):
        with pytest.raises(Refusal) as refused:
            refund_payment(wallet.payments, other, 1)
        assert refused.value.error is NOT_FOUND


def test_a_refund_of_nothing_or_less_is_refused_before_anything_is_recorded(
    wallet: Wallet,
) -> None:
    payer = create_person(wallet)
    payment_id = paid(payer)
    for amount in (0, -1):
        with pytest.raises(ValueError, match="gives something back"):
            refund_payment(wallet.payments, payment_id, amount)
    assert shown(payer, payment_id)["refunds"] == []


def test_a_refused_refund_failed_and_may_be_asked_for_again(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet)
    payment_id = paid(payer)
    outside.gateway.script.append(Problem.DECLINED)
    refund_payment(wallet.payments, payment_id, 1000)
    assert reserved(wallet, payment_id) == 0
    refund_payment(wallet.payments, payment_id, 1000)
    payment = shown(payer, payment_id)
    assert [it["status"] for it in payment["refunds"]] == ["failed", "succeeded"]
    assert payment["refunded_amount"] == 1000


@pytest.mark.parametrize("step", [Lost(), Unanswered(), Problem.CONNECTION_REFUSED])
def test_a_refund_without_a_certain_answer_is_sent_again_with_the_same_reference(
    wallet: Wallet, outside: Outside, clock: Clock, step: Any
) -> None:
    payer = create_person(wallet)
    payment_id = paid(payer)
    outside.gateway.script.append(step)
    refund_id = refund_payment(wallet.payments, payment_id, 1000)
    payment = shown(payer, payment_id)
    assert [it["status"] for it in payment["refunds"]] == ["processing"]
    assert (payment["refunded_amount"], payer.money.available) == (0, 99_000)
    assert reserved(wallet, payment_id) == 1000
    clock.advance(seconds=6)
    assert [it["status"] for it in shown(payer, payment_id)["refunds"]] == ["succeeded"]
    assert payer.money.available == 100_000
    sent = [call for call in outside.gateway.calls if isinstance(call, RefundRequest)]
    assert {request.reference for request in sent} == {refund_id}
    clock.advance(hours=30)
    assert payer.money.available == 100_000


def test_a_refund_that_is_never_answered_ends_with_a_person(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    payment_id = paid(payer)
    outside.gateway.script.extend([Unanswered()] * 30)
    refund_payment(wallet.payments, payment_id, 1000)
    clock.advance(hours=25)
    client = payer.signed_in_again()
    [refund] = client.get(f"/v1/payments/{payment_id}")["refunds"]
    assert refund["status"] == "manual_review"
    assert reserved(wallet, payment_id) == 1000


def test_an_open_refund_explains_what_the_gateway_has_given_back_already(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet)
    payment_id = paid(payer)
    outside.gateway.script.append(Lost())
    refund_payment(wallet.payments, payment_id, 400)
    attempt_id = shown(payer, payment_id)["attempts"][0]["id"]
    with wallet.database.snapshot() as tx:
        assert our_book(tx).open_changes[attempt_id] == [-400]


def test_money_taken_after_the_cancel_is_noticed_and_refunded_by_itself(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet, card=True)
    outside.gateway.script.append(Unanswered())
    payment_id = payer.pay(1000, source={"type": "bank_card", "id": payer.card_id})["id"]
    clock.advance(seconds=12)
    payment = shown(payer, payment_id)
    assert (payment["status"], payment["refunds"]) == ("failed", [])
    attempt_id = payment["attempts"][0]["id"]
    outside.gateway.take_late(attempt_id)
    clock.advance(minutes=2)
    payment = shown(payer, payment_id)
    assert (payment["status"], payment["failure"]["code"]) == ("failed", "read_timeout")
    [refund] = payment["refunds"]
    assert (refund["status"], refund["amount"]) == ("succeeded", 1000)
    assert payment["refunded_amount"] == 1000
    assert payment["attempts"][0]["gateway_reference"] == outside.gateway.ids[attempt_id]
    clock.advance(hours=30)
    [request] = [call for call in outside.gateway.calls if isinstance(call, RefundRequest)]
    assert (request.charge_reference, request.amount_minor) == (attempt_id, 1000)
    assert reserved(wallet, payment_id) == 0
    with wallet.database.snapshot() as tx:
        ours = our_book(tx)
    assert sum(it.amount_minor for it in ours.gateway if it.reference == attempt_id) == 0
    assert not ours.open_changes


def test_looks_that_learn_nothing_do_not_end_the_watch(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Unanswered())
    payment_id = payer.pay(1000)["id"]
    clock.advance(seconds=12)
    outside.gateway.take_late(shown(payer, payment_id)["attempts"][0]["id"])
    outside.gateway.inquiries_fail = 8
    clock.advance(hours=1)
    client = payer.signed_in_again()
    assert client.get(f"/v1/payments/{payment_id}")["refunds"] == []
    clock.advance(hours=4)
    client = payer.signed_in_again()
    [refund] = client.get(f"/v1/payments/{payment_id}")["refunds"]
    assert refund["status"] == "succeeded"


def test_a_late_refund_that_the_gateway_refuses_stays_in_suspense_for_a_person(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Unanswered())
    payment_id = payer.pay(1000)["id"]
    clock.advance(seconds=12)
    outside.gateway.take_late(shown(payer, payment_id)["attempts"][0]["id"])
    outside.gateway.script.append(Problem.DECLINED)
    clock.advance(minutes=2)
    [refund] = shown(payer, payment_id)["refunds"]
    assert refund["status"] == "manual_review"
    balance = wallet.app.test_cli_runner().invoke(args=["ledger", "trial-balance"]).output
    assert "1000 CNY  suspense" in balance


def test_a_retried_payment_that_was_taken_late_too_is_paid_once(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Unanswered())
    payment_id = payer.pay(1000)["id"]
    clock.advance(seconds=12)
    first = shown(payer, payment_id)["attempts"][0]["id"]
    assert payer.client.post(f"/v1/payments/{payment_id}/retry")["status"] == "succeeded"
    outside.gateway.take_late(first)
    clock.advance(minutes=2)
    payment = shown(payer, payment_id)
    assert (payment["status"], payment["refunded_amount"]) == ("succeeded", 0)
    [refund] = payment["refunds"]
    assert (refund["status"], refund["amount"]) == ("succeeded", 1000)
    assert payer.money.available == 99_000


def test_a_late_payout_cannot_be_asked_back_and_waits_for_a_person(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet, card=True)
    outside.bank.script.append(Unanswered())
    body = {
        "bank_card_id": payer.card_id,
        "amount": 500,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    withdrawal = payer.client.post("/v1/withdrawals", body)
    clock.advance(seconds=12)
    outside.bank.take_late(withdrawal["attempts"][0]["id"])
    clock.advance(minutes=2)
    assert payer.client.get(f"/v1/withdrawals/{withdrawal['id']}")["status"] == "failed"
    assert payer.money.available == 100_000
    balance = wallet.app.test_cli_runner().invoke(args=["ledger", "trial-balance"]).output
    assert "-500 CNY  suspense" in balance


def test_refunds_are_announced(wallet: Wallet, outside: Outside, clock: Clock) -> None:
    heard: list[tuple[str, str, Any]] = []
    wallet.events.listen(lambda _, event: heard.append((event.type, event.subject_id, event.data)))
    payer = create_person(wallet)
    payment_id = paid(payer)
    outside.gateway.script.append(Lost())
    refund_id = refund_payment(wallet.payments, payment_id, 400)
    clock.advance(seconds=6)
    refunds = [it for it in heard if it[0].startswith("refund.")]
    assert [it[:2] for it in refunds] == [
        ("refund.processing", refund_id),
        ("refund.succeeded", refund_id),
    ]
    assert refunds[-1][2]["payment_id"] == payment_id


def test_the_database_itself_refuses_to_give_back_more_than_was_paid(wallet: Wallet) -> None:
    payment_id = paid(create_person(wallet))
    with pytest.raises(sa.exc.IntegrityError), wallet.database.transaction() as tx:
        tx.execute(sa.update(Instruction).values(refunded_minor=1001))
    assert reserved(wallet, payment_id) == 0
