"""Answers that come after somebody else has settled: what the exchange showed is kept, and no money is missed."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import sqlalchemy as sa

from app.edges.protocols import Charge
from app.edges.results import Answer, Finding, FindingState, Notice, Outcome, Problem
from app.factory import Wallet
from app.payments.machine.recording import record_answer
from app.payments.models import Attempt, Instruction
from app.payments.operations.hear_outcome import hear_outcome
from app.payments.operations.inquire_attempt import inquire_attempt
from tests.conftest import Clock, Outside
from tests.factories.people import Person, create_person
from tests.factories.staff import create_agent
from tests.fakes import Unanswered


def test_a_callback_that_overtakes_the_answer_leaves_the_exchange_on_record(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet)
    plain = outside.gateway.charge

    def overtaken(charge: Charge) -> Answer:
        answer = plain(charge)
        done = Finding(FindingState.DONE, None, answer.external_id, None, 0)
        hear_outcome(
            wallet.payments,
            Notice(charge.reference, done, charge.amount_minor, charge.currency),
            at_bank=False,
        )
        return answer

    outside.gateway.charge = overtaken  # type: ignore[method-assign]
    payment = payer.pay(1000)
    [attempt] = payment["attempts"]
    assert (payment.status, attempt["outcome"]) == (201, "succeeded")
    assert (attempt["http_status"], attempt["latency_ms"]) == (200, 5)
    assert payer.money.total == 99_000


def test_a_success_that_comes_after_the_cancel_is_refunded(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    plain = outside.gateway.charge

    def late(charge: Charge) -> Answer:
        outside.gateway.script.append(Unanswered())
        plain(charge)
        clock.advance(seconds=25)  # not found, cancelled, failed
        outside.gateway.take_late(charge.reference)
        return Answer(Outcome.SUCCEEDED, None, outside.gateway.ids[charge.reference], 200, 7_900)

    outside.gateway.charge = late  # type: ignore[method-assign]
    payment_id = payer.pay(1000)["id"]
    clock.advance(seconds=1)
    payment = payer.client.get(f"/v1/payments/{payment_id}")
    [refund] = payment["refunds"]
    assert (payment["status"], refund["status"]) == ("failed", "succeeded")
    assert payment["attempts"][0]["latency_ms"] == 7_900
    assert payer.money.available == 100_000


def test_an_attempt_that_was_cancelled_has_no_charge_to_name(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Unanswered())
    payment_id = payer.pay(1000)["id"]
    clock.advance(seconds=12)
    [attempt] = payer.client.get(f"/v1/payments/{payment_id}")["attempts"]
    assert (attempt["outcome"], attempt["gateway_reference"]) == ("failed", None)


def begun_and_lost(wallet: Wallet, outside: Outside) -> tuple[Person, str]:
    """A payment whose process was killed while it waited, before the charge arrived; its attempt's id."""
    payer = create_person(wallet)

    def die(charge: Charge) -> Answer:
        outside.gateway.calls.append(charge)
        raise KeyboardInterrupt

    outside.gateway.charge = die  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        payer.pay(1000)
    with wallet.database.snapshot() as tx:
        return payer, tx.scalars(sa.select(Attempt.id)).one()


def test_money_that_a_killed_call_took_late_is_found_by_asking(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer, attempt_id = begun_and_lost(wallet, outside)
    clock.advance(days=2)  # not found, cancelled, and watched for a day
    outside.gateway.take_late(attempt_id)
    [payment] = payer.signed_in_again().get("/v1/payments")["data"]
    assert (payment["status"], payment["attempts"][0]["latency_ms"]) == ("failed", None)
    asked = create_agent(wallet).client.post(f"/internal/v1/payments/{payment['id']}/inquire")
    assert [it["status"] for it in asked["refunds"]] == ["succeeded"]
    assert payer.money.available == 100_000


def test_what_was_refused_here_is_asked_of_nobody(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet, balance=0)
    payment = payer.pay(1000)
    before = outside.gateway.inquiries_fail = 5
    create_agent(wallet).client.post(f"/internal/v1/payments/{payment['id']}/inquire")
    assert outside.gateway.inquiries_fail == before


def test_a_callback_sees_what_the_call_notes_at_the_same_moment(
    wallet: Wallet, outside: Outside
) -> None:
    payer, attempt_id = begun_and_lost(wallet, outside)
    refused = Finding(FindingState.CANCELLED, None, None, None, 0)
    notice = Notice(attempt_id, refused, 1000, "CNY")
    silent = Answer(Outcome.UNKNOWN, Problem.MAINTENANCE, None, 503, 7_900)
    with ThreadPoolExecutor(1) as pool:
        with wallet.database.transaction() as tx:
            record_answer(tx, wallet.payments, attempt_id, silent)
            tx.flush()
            heard = pool.submit(hear_outcome, wallet.payments, notice, at_bank=False)
            wait([heard], 0.5)
        heard.result()
    [attempt] = payer.client.get("/v1/payments")["data"][0]["attempts"]
    assert attempt["outcome"] == "failed"
    assert (attempt["http_status"], attempt["latency_ms"]) == (503, 7_900)
    assert attempt["failure_code"] == "gateway_maintenance"


def test_the_last_inquiry_takes_the_movement_before_the_attempt_as_all_do(
    wallet: Wallet, outside: Outside
) -> None:
    _, attempt_id = begun_and_lost(wallet, outside)
    outside.gateway.inquiries_fail = 1
    with wallet.database.transaction() as tx:
        tx.change(sa.update(Attempt).values(inquiries_made=9, finished_at=tx.now))
    with ThreadPoolExecutor(1) as pool:
        with wallet.database.transaction() as tx:
            tx.scalars(sa.select(Instruction).with_for_update()).one()
            asked = pool.submit(inquire_attempt, wallet.payments, attempt_id)
            wait([asked], 0.5)
            tx.scalars(sa.select(Attempt).with_for_update()).one()
        asked.result()
    with wallet.database.snapshot() as tx:
        assert tx.scalars(sa.select(Instruction.status)).one() == "manual_review"
