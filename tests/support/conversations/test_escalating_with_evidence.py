"""A case that is escalated brings the evidence of its payment along, as a note for colleagues."""

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.edges.results import Problem
from app.factory import Wallet
from app.support.conversations.rules import NOTE_MAX
from tests.client import Answer
from tests.conftest import Outside
from tests.factories.conversations import DESK, begin
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent
from tests.fakes import Lost


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


def escalate(agent: Colleague, conversation_id: str, **body: object) -> Answer:
    return agent.client.post(f"{DESK}/{conversation_id}/escalate", {"reason": "look"} | body)


def notes(agent: Colleague, conversation_id: str) -> list[str]:
    entries = agent.client.get(f"{DESK}/{conversation_id}/messages")["data"]
    return [it["text"] for it in entries if it["kind"] == "note"]


def test_the_evidence_stands_in_the_note(
    wallet: Wallet, person: Person, agent: Colleague, outside: Outside
) -> None:
    outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
    payment = person.pay(12_800)
    made = begin(person.client, payment_id=payment["id"])["id"]
    answer = escalate(agent, made, payment_id=payment["id"])
    assert (answer.status, answer["priority"]) == (200, "urgent")

    (note,) = notes(agent, made)
    assert note.startswith("look\n\n")
    for told in (payment["id"], payment["attempts"][0]["id"], "connection_reset", "unknown"):
        assert told in note
    assert "¥128.00" in note
    assert len(note) <= NOTE_MAX
    said = person.client.get(f"/v1/support/conversations/{made}/messages")["data"]
    assert [it["text"] for it in said] == ["hello"], "the user sees none of it"
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.subject == payment["id"])
        look = tx.scalars(query).one()
    assert (look.action, look.reason) == ("read_payment_evidence", made)
    assert look.customer_id == person.user_id


def test_without_a_payment_the_reason_stands_alone(person: Person, agent: Colleague) -> None:
    made = begin(person.client)["id"]
    escalate(agent, made)

    assert notes(agent, made) == ["look"]


def test_somebody_elses_payment_or_nobodys_is_not_found_and_nothing_is_changed(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    made = begin(person.client)["id"]
    theirs = create_person(wallet).pay(700)["id"]
    for payment_id in (theirs, "pay_none"):
        answer = escalate(agent, made, payment_id=payment_id)
        assert (answer.status, answer.code) == (404, "not_found")

    assert notes(agent, made) == []
    assert agent.client.get(f"{DESK}/{made}")["priority"] == "normal"


def test_a_case_that_is_over_takes_no_evidence(person: Person, agent: Colleague) -> None:
    payment_id = person.pay(700)["id"]
    made = begin(person.client, payment_id=payment_id)["id"]
    person.client.post(f"/v1/support/conversations/{made}/close")

    assert escalate(agent, made, payment_id=payment_id).code == "conversation_closed"
