"""`GET /internal/v1/customers/{id}` and its lists: masked, on record before they are answered."""

import pytest
import sqlalchemy as sa

from app.audit.trail import AuditTrail
from app.auth.models import User
from app.factory import Wallet
from tests.conftest import Clock
from tests.factories.people import PIN, Person
from tests.factories.staff import Colleague
from tests.support.customers.conftest import Trail

CUSTOMERS = "/internal/v1/customers"
READINGS = {
    "": "read_customer",
    "/timeline": "read_timeline",
    "/payments": "read_payments",
    "/bank-cards": "read_bank_cards",
    "/sessions": "read_sessions",
}


def test_every_reading_is_on_record(person: Person, agent: Colleague, trail: Trail) -> None:
    reason = "她说昨天的付款没有成功"
    for place, action in READINGS.items():
        answer = agent.because(reason).get(f"{CUSTOMERS}/{person.user_id}{place}")
        assert answer.status == 200, answer.body
        entry = trail()[-1]
        assert (entry.actor, entry.action) == (agent.agent_id, action)
        assert (entry.customer_id, entry.reason) == (person.user_id, reason)
        assert entry.fields
    assert len(trail()) == len(READINGS)


def test_somebody_unknown_is_not_found_and_that_is_on_record(
    agent: Colleague, trail: Trail
) -> None:
    for place in READINGS:
        answer = agent.client.get(f"{CUSTOMERS}/usr_01k5n2x3y4z5678901234567ab{place}")
        assert (answer.status, answer.code) == (404, "not_found")
        entry = trail()[-1]
        assert (entry.action, entry.detail["code"]) == ("refused", "not_found")


def test_nothing_is_shown_where_the_trail_takes_no_entry(
    person: Person, agent: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(AuditTrail, "record", fail)
    for place in READINGS:
        answer = agent.client.get(f"{CUSTOMERS}/{person.user_id}{place}")
        assert answer.status == 500
        assert person.user_id not in answer.raw.decode()


def test_locks_and_a_frozen_account_are_shown(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    for _ in range(5):
        person.pay(12_800, transaction_password="135790")
        wrong = {"identifier": person.identifier, "password": "Wrong-pass-1"}
        person.client.post("/v1/auth/login", wrong)
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(User).values(status="frozen"))

    locked = agent.client.get(f"{CUSTOMERS}/{person.user_id}")
    assert locked["status"] == "frozen"
    assert locked["transaction_password_locked"] is True
    assert locked["transaction_password_locked_until"] > clock.now().isoformat()
    assert locked["login_locked_until"] is not None


def test_payments_are_filtered_and_show_every_attempt(person: Person, agent: Colleague) -> None:
    failed = person.pay(900_000, transaction_password=PIN)
    person.pay(100)
    path = f"{CUSTOMERS}/{person.user_id}/payments"

    assert len(agent.client.get(path)["data"]) == 2
    (only,) = agent.client.get(path, status="failed")["data"]
    assert only["id"] == failed["id"]
    assert only["attempts"][0]["failure_code"] == "wallet_balance"


def test_cards_that_are_gone_are_listed_too(person: Person, agent: Colleague) -> None:
    unbound = f"/v1/bank-cards/{person.card_id}/unbind"
    assert person.client.post(unbound, {"transaction_password": PIN}).status == 200
    path = f"{CUSTOMERS}/{person.user_id}/bank-cards"

    (card,) = agent.client.get(path)["data"]
    assert card["status"] == "unbound"
    assert set(card) & {"card_number", "token", "sealed_token"} == set()
    assert len(card["last4"]) == 4
    assert agent.client.get(path, status="active")["data"] == []


def test_sessions_that_are_over_are_listed_with_their_end(person: Person, agent: Colleague) -> None:
    person.signed_in_again()
    person.client.post("/v1/auth/logout")

    listed = agent.client.get(f"{CUSTOMERS}/{person.user_id}/sessions")["data"]
    assert [it["active"] for it in listed] == [True, False]
    assert listed[1]["end_reason"]
    assert listed[1]["ended_at"]
