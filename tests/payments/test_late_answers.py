"""Answers that come after somebody else has settled: what the exchange showed is kept, and no money is missed."""

from app.edges.protocols import Charge
from app.edges.results import Answer, Finding, FindingState, Notice, Outcome
from app.factory import Wallet
from app.payments.operations.hear_outcome import hear_outcome
from tests.conftest import Clock, Outside
from tests.factories.people import create_person
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
