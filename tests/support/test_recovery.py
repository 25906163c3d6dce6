"""Whoever was told "we'll tell you when they're back" is told, once, and nobody else."""

from datetime import timedelta

import pytest

from app.edges.results import Problem
from app.factory import Wallet
from app.status.models import Incident
from app.support.recovery import GIVE_UP_AFTER, LONGEST_PAUSE, TELL, pause_after
from tests.conftest import Clock, Outside
from tests.factories.people import Person, create_person
from tests.factories.status import create_incident

BACK = ("支付通道已恢复", "Payments work again")


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


def ask(person: Person, payment_id: str) -> str:
    answer = person.client.post("/v1/support/payment-diagnoses", {"payment_id": payment_id})
    assert answer.status == 201, answer.body
    return str(answer["message"])


def news(outside: Outside) -> int:
    """How often somebody was told that payments are back."""
    words = [it.text for it in outside.sms.sent] + [it.text for it in outside.mail.sent]
    return sum(any(back in text for back in BACK) for text in words)


def test_who_asked_during_an_incident_is_told_once_when_it_is_resolved(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    with wallet.database.transaction() as tx:
        incident_id = create_incident(tx, tx.now - timedelta(minutes=1))
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    payment_id = person.pay(100)["id"]
    for _ in range(3):
        assert "we'll tell you when they're back" in ask(person, payment_id)
    clock.advance(hours=2)
    assert news(outside) == 0
    with wallet.database.transaction() as tx:
        incident = tx.get_one(Incident, incident_id)
        incident.status, incident.resolved_at = "resolved", tx.now
    clock.advance(hours=1)
    assert news(outside) == 1
    clock.advance(days=8)
    assert news(outside) == 1


def test_a_look_whose_end_was_not_noted_is_not_told_twice(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    with wallet.database.transaction() as tx:
        create_incident(
            tx, tx.now - timedelta(minutes=1), resolved_at=tx.now + timedelta(minutes=2)
        )
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    ask(person, person.pay(100)["id"])
    clock.jump_to(clock.now() + timedelta(minutes=6))
    claimed = [job for job in iter(wallet.jobs.claim_next, None) if job.kind == TELL]
    for _ in range(2):
        for job in claimed:
            wallet.jobs.handlers[TELL](job)
    clock.advance(hours=1)
    assert (len(claimed), news(outside)) == (1, 1)


def test_a_measured_outage_is_over_when_payments_go_through_again(
    person: Person, outside: Outside, clock: Clock
) -> None:
    outside.gateway.script.extend([Problem.CONNECTION_REFUSED] * 10)
    first, *_ = [person.pay(100 + number)["id"] for number in range(10)]
    assert "we'll tell you" in ask(person, first)
    clock.advance(minutes=30)
    assert news(outside) == 1


def test_who_was_promised_nothing_is_told_nothing(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    with wallet.database.transaction() as tx:
        incident_id = create_incident(tx, tx.now - timedelta(minutes=1))
    outside.gateway.script.append(Problem.DECLINED)
    assert "we'll tell you" not in ask(person, person.pay(100)["id"])
    with wallet.database.transaction() as tx:
        incident = tx.get_one(Incident, incident_id)
        incident.status, incident.resolved_at = "resolved", tx.now
    clock.advance(hours=2)
    assert news(outside) == 0


def test_looks_grow_rarer_and_end_after_a_week() -> None:
    pauses = []
    while (pause := pause_after(len(pauses))) is not None:
        pauses.append(pause)
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert GIVE_UP_AFTER <= sum(pauses, timedelta()) < GIVE_UP_AFTER + LONGEST_PAUSE
