"""Incidents that the machine drafts: from real faults to a draft, to the page, to the diagnosis, and to the end."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.auth.rules import Role
from app.core.jobs import Job
from app.edges.results import Problem
from app.factory import Wallet
from app.notifications.outbox import Notice, notify
from app.notifications.rules import Template
from app.status.components import Component
from app.status.operations.watch_component import LOOK_JOB, expect_trouble
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.people import Person, create_person
from tests.factories.staff import create_agent
from tests.factories.status import create_attempt, create_incident

INCIDENTS = "/internal/v1/incidents"
REFUSED = Problem.CONNECTION_REFUSED


@pytest.fixture
def supervisor(wallet: Wallet) -> "Desk":
    return Desk(wallet)


class Desk:
    """A supervisor who signs in again where the clock went past the end of a session."""

    def __init__(self, wallet: Wallet) -> None:
        self.wallet = wallet

    @property
    def client(self) -> Client:
        return create_agent(self.wallet, Role.SUPERVISOR).client

    def incidents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(INCIDENTS)["data"]
        return found

    def change(self, incident_id: str, **change: Any) -> None:
        assert self.client.patch(f"{INCIDENTS}/{incident_id}", change).status == 200


def fail(person: Person, outside: Outside, count: int, *, then_pay: int = 0) -> list[str]:
    """So many payments that don't reach the gateway, and so many that do."""
    outside.gateway.script.extend([REFUSED] * count)
    return [person.pay(100)["id"] for _ in range(count + then_pay)][:count]


def test_from_the_first_fault_to_the_last_word(
    wallet: Wallet, client: Client, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    person = create_person(wallet)
    person.pay(100)
    failed = fail(person, outside, 9)
    clock.advance(seconds=3)

    (draft,) = supervisor.incidents()
    assert (draft["origin"], draft["impact"], draft["published_at"]) == (
        "machine",
        "critical",
        None,
    )
    assert (draft["components"], draft["affected_users"]) == (["payment_gateway"], 1)
    status = client.get("/v1/system-status")
    assert (status["status"], status["incidents"]) == ("major_outage", [])

    supervisor.change(draft["id"], publish=True, status="identified")
    assert [it["id"] for it in client.get("/v1/system-status")["incidents"]] == [draft["id"]]
    diagnosis = person.client.post("/v1/support/payment-diagnoses", {"payment_id": failed[0]})
    assert diagnosis["primary_cause"]["code"] == "incident"
    assert draft["id"] in [it["id"] for it in diagnosis["evidence"]]

    clock.advance(minutes=40)
    (published,) = supervisor.incidents()
    assert (published["status"], published["resolved_at"]) == ("identified", None)
    assert published["recovered_at"] is not None
    assert client.get("/v1/system-status")["status"] == "major_outage", (
        "a person says that it is over"
    )

    words = {"text": {"zh": "已恢复。", "en": "It is over."}}
    supervisor.change(draft["id"], status="resolved", update=words)
    after = client.get("/v1/system-status")
    assert (after["status"], after["incidents"][0]["updates"][0]["text"]) == (
        "operational",
        "It is over.",
    )
    assert looks(wallet) == 0


def looks(wallet: Wallet) -> int:
    with wallet.database.snapshot() as tx:
        query = sa.select(sa.func.count()).select_from(Job).where(Job.kind == LOOK_JOB)
        return tx.scalar(query) or 0


def test_a_draft_that_nobody_published_is_resolved_by_the_machine(
    wallet: Wallet, client: Client, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    fail(create_person(wallet), outside, 10)
    clock.advance(minutes=24)
    assert [it["status"] for it in supervisor.incidents()] == ["investigating"]

    clock.advance(minutes=3)
    (closed,) = supervisor.incidents()
    assert (closed["status"], closed["published_at"]) == ("resolved", None)
    assert [it["created_by"] for it in closed["updates"]] == ["system", "system"]
    assert client.get("/v1/system-status")["incidents"] == []
    assert looks(wallet) == 0


def test_nine_faults_prove_nothing(
    wallet: Wallet, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    fail(create_person(wallet), outside, 9)
    clock.advance(minutes=20)

    assert supervisor.incidents() == []
    assert looks(wallet) == 0


def test_successes_that_make_the_sample_big_enough_are_looked_at_too(
    wallet: Wallet, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    person = create_person(wallet)
    fail(person, outside, 5)
    clock.advance(seconds=30)
    fail(person, outside, 0, then_pay=5)
    clock.advance(minutes=1)

    assert [it["impact"] for it in supervisor.incidents()] == ["major"]


def test_a_draft_grows_with_the_trouble_and_what_was_published_does_not(
    wallet: Wallet, clock: Clock, supervisor: Desk
) -> None:
    def trouble(good: int, bad: int) -> None:
        with wallet.database.transaction() as tx:
            for number in range(good + bad):
                code = "gateway_unavailable" if number < bad else None
                create_attempt(tx, tx.now, code=code)
            expect_trouble(tx, Component.PAYMENT_GATEWAY)

    trouble(good=6, bad=4)
    clock.advance(seconds=3)
    (draft,) = supervisor.incidents()
    assert draft["impact"] == "major"
    trouble(good=0, bad=40)
    clock.advance(minutes=2)
    assert supervisor.incidents()[0]["impact"] == "critical"

    supervisor.change(draft["id"], publish=True, impact="minor")
    trouble(good=0, bad=40)
    clock.advance(minutes=2)
    assert supervisor.incidents()[0]["impact"] == "minor"


def test_trouble_that_comes_back_takes_the_suggestion_to_resolve_away(
    wallet: Wallet, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    person = create_person(wallet)
    fail(person, outside, 10)
    clock.advance(seconds=3)
    supervisor.change(supervisor.incidents()[0]["id"], publish=True)
    clock.advance(minutes=30)
    assert supervisor.incidents()[0]["recovered_at"] is not None

    again = Person(wallet, person.user_id, "", person.signed_in_again(), None)
    fail(again, outside, 10)
    clock.advance(seconds=3)
    (incident,) = supervisor.incidents()
    assert incident["recovered_at"] is None


@pytest.mark.parametrize("impact", ["minor", "maintenance"])
def test_nothing_is_drafted_while_something_open_is_known_of_the_component(
    wallet: Wallet, outside: Outside, clock: Clock, supervisor: Desk, impact: str
) -> None:
    with wallet.database.transaction() as tx:
        known = create_incident(tx, tx.now, impact=impact)
    fail(create_person(wallet), outside, 10)
    clock.advance(minutes=2)

    assert [it["id"] for it in supervisor.incidents()] == [known]


def test_what_a_person_dismissed_comes_again_with_newer_faults_only(
    wallet: Wallet, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    person = create_person(wallet)
    fail(person, outside, 10)
    clock.advance(seconds=3)
    supervisor.change(supervisor.incidents()[0]["id"], status="resolved")
    clock.advance(minutes=3)
    assert len(supervisor.incidents()) == 1

    clock.advance(minutes=3)
    fail(person, outside, 10)
    clock.advance(seconds=3)
    assert [it["status"] for it in supervisor.incidents()] == ["investigating", "resolved"]


def test_text_messages_that_are_not_taken_are_measured_and_drafted(
    wallet: Wallet, client: Client, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    outside.sms.script.extend([Problem.UNAVAILABLE] * 12)
    with wallet.database.transaction() as tx:
        for number in range(4):
            phone = f"+861380013800{number}"
            notify(tx, Notice(Template.WELCOME, "sms", phone, user_id=f"usr_{number}"))
    clock.advance(seconds=65)

    (draft,) = supervisor.incidents()
    assert (draft["components"], draft["affected_users"]) == (["sms"], 4)
    sms = next(it for it in client.get("/v1/system-status")["components"] if it["code"] == "sms")
    assert (sms["status"], sms["success_rate"]) == ("partial_outage", 0.25)


def test_an_address_that_is_refused_speaks_against_no_mail_server(
    wallet: Wallet, client: Client, outside: Outside, clock: Clock, supervisor: Desk
) -> None:
    outside.mail.script.extend([Problem.DECLINED] * 12)
    with wallet.database.transaction() as tx:
        for number in range(12):
            notify(tx, Notice(Template.WELCOME, "email", f"{number}@example.com"))
    clock.advance(seconds=1)

    mail = next(it for it in client.get("/v1/system-status")["components"] if it["code"] == "email")
    assert (mail["status"], mail["success_rate"]) == ("operational", 1.0)
    assert looks(wallet) == 0
