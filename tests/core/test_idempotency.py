"""The same call sent twice has one effect and one answer, also across a crash."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import machine_now
from app.core.errors import Refusal
from app.core.idempotency import IdempotencyClaim, KeyInUse, UnansweredClaim
from app.edges.results import Problem
from app.factory import Wallet
from app.payments.models import Attempt, ClientEvent
from tests.conftest import Clock, Outside
from tests.factories.banking import new_card_body
from tests.factories.people import create_person, payment_body
from tests.fakes import Lost


def test_the_first_answer_comes_again_byte_for_byte(wallet: Wallet, outside: Outside) -> None:
    payer = create_person(wallet)
    first, again = (payer.pay(1000, key="k1") for _ in range(2))
    assert (again.status, again.raw) == (first.status, first.raw)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(outside.gateway.calls) == 1


def test_a_202_is_replayed_as_202_after_it_was_settled(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Lost())
    first = payer.pay(1000, key="k1")
    clock.advance(seconds=6)
    again = payer.pay(1000, key="k1")
    assert (first.status, again.status, again.raw) == (202, 202, first.raw)


def test_a_key_belongs_to_one_request_and_one_caller(wallet: Wallet) -> None:
    payer, other = create_person(wallet), create_person(wallet)
    payer.pay(1000, key="k1")
    reused = payer.pay(1001, key="k1")
    assert (reused.status, reused.code) == (422, "idempotency_key_reused")
    assert other.pay(1001, key="k1").status == 201


def test_the_order_of_the_body_s_keys_makes_no_other_request(wallet: Wallet) -> None:
    payer = create_person(wallet)
    body = payment_body()
    first = payer.client.post("/v1/payments", body, key="k1")
    again = payer.client.post("/v1/payments", dict(reversed(body.items())), key="k1")
    assert again.raw == first.raw


def test_a_refusal_frees_the_key(wallet: Wallet) -> None:
    payer = create_person(wallet)
    assert payer.pay(30_000, key="k1").code == "transaction_password_required"
    assert payer.pay(1000, key="k1").status == 201


def test_after_seven_days_a_key_is_free_again(wallet: Wallet, clock: Clock) -> None:
    payer = create_person(wallet)
    payer.pay(1000, key="k1")
    clock.advance(days=7, seconds=1)
    later = payer.signed_in_again().post("/v1/payments", payment_body(1), key="k1")
    assert (later.status, later["amount"]) == (201, 1)


def forget_the_answer(wallet: Wallet, *, lease_over: bool) -> None:
    """Leave the claim as a process leaves it that was killed before it answered."""
    lease = machine_now() + timedelta(seconds=-1 if lease_over else 60)
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(IdempotencyClaim).values(status=None, body=None, lease_until=lease))


def test_after_a_crash_the_key_reports_the_payment_that_it_made(
    wallet: Wallet, outside: Outside
) -> None:
    payer = create_person(wallet)
    first = payer.pay(1000, key="k1")
    forget_the_answer(wallet, lease_over=False)
    again = payer.pay(1000, key="k1")
    assert (again.status, again["id"]) == (201, first["id"])
    assert len(outside.gateway.calls) == 1
    assert payer.pay(1000, key="k1").raw == again.raw


@pytest.mark.parametrize(("lease_over", "status"), [(False, 409), (True, 202)])
def test_a_crash_in_the_middle_of_the_call_is_in_progress_until_its_lease_ends(
    wallet: Wallet, outside: Outside, clock: Clock, lease_over: bool, status: int
) -> None:
    payer = create_person(wallet)
    outside.gateway.script.append(Lost(Problem.READ_TIMEOUT))
    first = payer.pay(1000, key="k1")
    forget_the_answer(wallet, lease_over=lease_over)
    with wallet.database.transaction() as tx:  # the call itself never came back
        tx.execute(sa.update(Attempt).values(finished_at=None, failure_code=None))
    again = payer.pay(1000, key="k1")
    assert again.status == status
    assert len(outside.gateway.calls) == 1
    clock.advance(seconds=30)
    settled = payer.client.get(f"/v1/payments/{first['id']}")
    assert settled["status"] == "succeeded"


def test_no_fingerprint_tells_what_was_sent(wallet: Wallet) -> None:
    payer = create_person(wallet)
    payer.pay(1000, key="k1", transaction_password="246810")
    with wallet.database.snapshot() as tx:
        [claim] = tx.scalars(sa.select(IdempotencyClaim))
    assert b"246810" not in (claim.body or b"")
    assert "246810" not in claim.fingerprint
    assert len(claim.fingerprint) == 64


def test_no_key_lies_in_the_database_as_it_was_sent(wallet: Wallet) -> None:
    number, payer, other = "6222021234567890123", create_person(wallet), create_person(wallet)
    reported = {
        "type": "payment_request_failed",
        "occurred_at": "2026-11-23T00:00:00Z",
        "amount": 1000,
        "currency": "CNY",
        "idempotency_key": number,
        "error": "timeout",
    }
    for person in (payer, other):
        assert person.pay(1000, key=number).status == 201
        assert person.client.post("/v1/client-events", reported, key=number + "-2").status == 202
    with wallet.database.snapshot() as tx:
        kept = [*tx.scalars(sa.select(IdempotencyClaim.key))]
        reports = [*tx.scalars(sa.select(ClientEvent.idempotency_key))]
    assert {len(it or "") for it in kept + reports} == {64}
    assert len(set(kept)) == 4, "one key of two callers is recognised as one"
    assert set(reports) <= set(kept), "a report no longer leads to its payment"
    assert [it for it in kept + reports if number in (it or "")] == []


def test_a_dead_claim_is_taken_over_once(wallet: Wallet) -> None:
    key = KeyInUse("usr_1", "k1", "print")
    with wallet.database.transaction() as tx:
        key.claim(tx)
        tx.execute(sa.update(IdempotencyClaim).values(lease_until=machine_now()))
    late, later = (KeyInUse("usr_1", "k1", "print") for _ in range(2))
    with wallet.database.transaction() as tx:
        for each in (late, later):
            assert isinstance(each.found(tx), UnansweredClaim)
        late.free(tx)
        late.claim(tx)
        later.free(tx)
        with pytest.raises(Refusal):
            later.claim(tx)


def test_a_card_that_was_bound_before_the_crash_is_reported_and_not_bound_again(
    wallet: Wallet, outside: Outside
) -> None:
    client = create_person(wallet).client
    body = new_card_body()
    first = client.post("/v1/bank-cards", body, key="k1")
    forget_the_answer(wallet, lease_over=True)
    again = client.post("/v1/bank-cards", body, key="k1")
    assert (again.status, again["id"]) == (201, first["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [card["id"] for card in client.get("/v1/bank-cards")["data"]] == [first["id"]]
