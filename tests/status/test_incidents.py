"""Incidents as supervisors write them: drafts, publishing, updates, planned work; who may, and what is told."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.events import Event
from app.factory import Wallet
from app.payments.models import Instruction
from app.status.components import Component
from tests.client import Client
from tests.conftest import Clock
from tests.factories.staff import create_agent
from tests.factories.status import create_attempt, create_incident

INCIDENTS = "/internal/v1/incidents"


def told(**changes: Any) -> dict[str, Any]:
    """The body of a new incident."""
    body = {
        "title": {"zh": "支付通道异常", "en": "Payments fail"},
        "update": {"text": {"zh": "正在调查。", "en": "We are looking into it."}},
        "impact": "major",
        "components": ["payment_gateway"],
    }
    return body | changes


@pytest.fixture
def supervisor(wallet: Wallet) -> Client:
    return create_agent(wallet, Role.SUPERVISOR).client


@pytest.fixture
def heard(wallet: Wallet) -> list[Event]:
    """What is announced from now on."""
    events: list[Event] = []

    def listen(tx: Transaction, event: Event) -> None:
        events.append(event)

    wallet.events.listen(listen)
    return events


def shown(client: Client) -> list[dict[str, Any]]:
    incidents: list[dict[str, Any]] = client.get("/v1/system-status")["incidents"]
    return incidents


def actions(wallet: Wallet, subject: str) -> list[tuple[str, str]]:
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.subject == subject)
        rows = tx.scalars(query.order_by(AuditEntry.seq)).all()
    return [(row.actor[:3], row.action) for row in rows]


def test_a_draft_is_for_agents_only_until_it_is_published(
    wallet: Wallet, client: Client, supervisor: Client, heard: list[Event]
) -> None:
    draft = supervisor.post(INCIDENTS, told())
    assert (draft.status, draft["published_at"], draft["origin"]) == (201, None, "person")
    assert (shown(client), heard) == ([], [])
    assert client.get("/v1/system-status")["status"] == "operational"

    published = supervisor.patch(f"{INCIDENTS}/{draft['id']}", {"publish": True})
    assert published["published_at"] is not None
    (incident,) = shown(client)
    assert set(incident) == {
        *("id", "title", "status", "impact", "components"),
        *("started_at", "resolved_at", "updates"),
    }
    assert (incident["title"], incident["updates"][0]["text"]) == (
        "Payments fail",
        "We are looking into it.",
    )
    assert client.get("/v1/system-status")["status"] == "partial_outage"
    assert [(it.type, it.subject_id) for it in heard] == [("incident.published", draft["id"])]
    assert actions(wallet, draft["id"]) == [
        ("agt", "open_incident"),
        ("agt", "change_incident"),
        ("agt", "publish_incident"),
    ]


def test_an_incident_goes_its_way_with_an_update_for_each_step(
    client: Client, supervisor: Client, heard: list[Event]
) -> None:
    path = f"{INCIDENTS}/{supervisor.post(INCIDENTS, told(publish=True))['id']}"
    for status in ("identified", "monitoring", "resolved"):
        text = {"zh": f"进展：{status}", "en": f"Now: {status}"}
        answer = supervisor.patch(path, {"status": status, "update": {"text": text}})
        assert (answer.status, answer["status"]) == (200, status)

    (incident,) = shown(client)
    assert [(it["status"], it["text"]) for it in incident["updates"][:3]] == [
        ("resolved", "Now: resolved"),
        ("monitoring", "Now: monitoring"),
        ("identified", "Now: identified"),
    ]
    assert incident["resolved_at"] is not None
    assert [it.type for it in heard] == [
        "incident.published",
        "incident.updated",
        "incident.updated",
        "incident.resolved",
    ]


def test_what_is_resolved_stays_so_but_can_be_added_to(supervisor: Client) -> None:
    path = f"{INCIDENTS}/{supervisor.post(INCIDENTS, told(status='resolved'))['id']}"

    again = supervisor.patch(path, {"status": "investigating"})
    assert (again.status, again.code) == (409, "incident_resolved")
    words = {"text": {"zh": "原因：配置。", "en": "The cause: a setting."}}
    assert supervisor.patch(path, {"update": words, "status": "resolved"}).status == 200


def test_everything_about_an_incident_can_be_corrected(supervisor: Client) -> None:
    path = f"{INCIDENTS}/{supervisor.post(INCIDENTS, told())['id']}"
    change = {
        "title": {"zh": "短信延迟", "en": "Texts are late"},
        "impact": "minor",
        "components": ["sms", "email", "sms"],
    }
    assert supervisor.patch(path, change).status == 200

    found = supervisor.get(path)
    assert (found["title"], found["impact"]) == (change["title"], "minor")
    assert found["components"] == ["sms", "email"]


def test_planned_work_begins_later_and_ends_by_itself(
    wallet: Wallet, client: Client, supervisor: Client, clock: Clock, heard: list[Event]
) -> None:
    begin, end = clock.now() + timedelta(minutes=3), clock.now() + timedelta(minutes=13)
    body = told(impact="maintenance", publish=True, started_at=rfc3339(begin), ends_at=rfc3339(end))
    incident_id = supervisor.post(INCIDENTS, body)["id"]
    assert [it["id"] for it in shown(client)] == [incident_id]
    assert client.get("/v1/system-status")["status"] == "operational"

    clock.advance(minutes=4)
    assert client.get("/v1/system-status")["status"] == "under_maintenance"
    clock.advance(minutes=10)
    assert client.get("/v1/system-status")["status"] == "operational"
    assert shown(client)[0]["updates"][0]["text"] == "The maintenance has ended as planned."
    assert [it.type for it in heard] == ["incident.published", "incident.resolved"]
    assert actions(wallet, incident_id)[-1] == ("sys", "resolve_incident")


def test_a_moved_end_is_the_one_that_counts(
    client: Client, supervisor: Client, clock: Clock
) -> None:
    end = clock.now() + timedelta(minutes=5)
    body = told(impact="maintenance", publish=True, ends_at=rfc3339(end))
    incident_id = supervisor.post(INCIDENTS, body)["id"]
    later = rfc3339(end + timedelta(minutes=5))
    assert supervisor.patch(f"{INCIDENTS}/{incident_id}", {"ends_at": later}).status == 200

    clock.advance(minutes=6)
    assert client.get("/v1/system-status")["status"] == "under_maintenance"
    clock.advance(minutes=5)
    assert client.get("/v1/system-status")["status"] == "operational"


def test_planned_work_can_be_called_off_before_it_begins(
    client: Client, supervisor: Client, clock: Clock
) -> None:
    begin = rfc3339(clock.now() + timedelta(minutes=5))
    incident_id = supervisor.post(INCIDENTS, told(impact="maintenance", started_at=begin))["id"]
    called_off = supervisor.patch(f"{INCIDENTS}/{incident_id}", {"status": "resolved"})
    assert called_off["resolved_at"] == begin


@pytest.mark.parametrize(
    "body",
    [
        told(impact="catastrophe"),
        told(components=[]),
        told(components=["moon"]),
        told(title={"zh": "只有中文"}),
        told(title={"zh": " ", "en": "x"}),
        told(update={"text": ["words"]}),
        told(title=7),
        told(started_at="2100-01-01T00:00:00Z"),
        told(ends_at="2100-01-01T00:00:00Z"),
        told(impact="maintenance", ends_at="2020-01-01T00:00:00Z"),
        told(published_at="2026-01-01T00:00:00Z"),
    ],
)
def test_a_malformed_incident_is_refused(supervisor: Client, body: dict[str, Any]) -> None:
    answer = supervisor.post(INCIDENTS, body)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert supervisor.get(INCIDENTS)["data"] == []


@pytest.mark.parametrize("change", [{}, {"publish": False}, {"status": "gone"}, {"components": []}])
def test_a_malformed_change_is_refused(supervisor: Client, change: dict[str, Any]) -> None:
    incident_id = supervisor.post(INCIDENTS, told())["id"]
    assert supervisor.patch(f"{INCIDENTS}/{incident_id}", change).code == "validation_failed"


def test_a_plain_title_without_an_update_is_an_incident_in_both_languages(
    client: Client, supervisor: Client
) -> None:
    body = {"title": "Payments fail", "impact": "major", "components": ["sms"], "publish": True}
    incident = supervisor.post(INCIDENTS, body)
    assert (incident.status, incident["updates"]) == (201, [])
    assert incident["title"] == {"zh": "Payments fail", "en": "Payments fail"}
    (seen,) = shown(client)
    assert (seen["title"], seen["updates"]) == ("Payments fail", [])
    later = supervisor.patch(f"{INCIDENTS}/{incident['id']}", {"update": {"text": "Found it."}})
    assert later["updates"][0]["text"] == {"zh": "Found it.", "en": "Found it."}


def test_agents_read_and_only_supervisors_write(wallet: Wallet, supervisor: Client) -> None:
    incident_id = supervisor.post(INCIDENTS, told())["id"]
    agent = create_agent(wallet).client

    assert agent.get(f"{INCIDENTS}/{incident_id}")["id"] == incident_id
    assert [it["id"] for it in agent.get(INCIDENTS)["data"]] == [incident_id]
    assert agent.post(INCIDENTS, told()).code == "forbidden"
    assert agent.patch(f"{INCIDENTS}/{incident_id}", {"publish": True}).code == "forbidden"
    assert supervisor.patch(f"{INCIDENTS}/inc_none", {"publish": True}).status == 404


def test_the_list_is_filtered_and_paged(supervisor: Client) -> None:
    draft = supervisor.post(INCIDENTS, told())["id"]
    public = supervisor.post(INCIDENTS, told(publish=True))["id"]
    over = supervisor.post(INCIDENTS, told(publish=True, status="resolved"))["id"]

    def ids(**query: str) -> set[str]:
        return {it["id"] for it in supervisor.get(INCIDENTS, **query)["data"]}

    assert ids(state="open") == {draft, public}
    assert ids(visibility="published") == {public, over}
    assert ids(visibility="draft", state="resolved") == set()
    first = supervisor.get(INCIDENTS, limit=2)
    rest = supervisor.get(INCIDENTS, limit=2, cursor=first["next_cursor"])
    assert {it["id"] for it in first["data"] + rest["data"]} == {draft, public, over}


def test_those_whose_payments_failed_by_a_fault_meanwhile_are_affected_once_each(
    wallet: Wallet, supervisor: Client
) -> None:
    with wallet.database.transaction() as tx:
        minute = timedelta(minutes=1)
        incident_id = create_incident(
            tx, tx.now - 9 * minute, resolved_at=tx.now - minute, published=False
        )
        hit = [
            ("usr_ann", 5, "read_timeout"),
            ("usr_ann", 4, "gateway_unavailable"),
            ("usr_bob", 3, "connection_reset"),
            ("usr_cat", 3, "wallet_balance"),
            ("usr_dan", 3, None),
            ("usr_eve", 10, "read_timeout"),
        ]
        for user_id, minutes_ago, code in hit:
            attempt_id = create_attempt(tx, tx.now - minutes_ago * minute, code=code)
            paid_by(tx, attempt_id, user_id)

    assert supervisor.get(f"{INCIDENTS}/{incident_id}")["affected_users"] == 2


def paid_by(tx: Transaction, attempt_id: str, user_id: str) -> None:
    of_attempt = sa.text("SELECT instruction_id FROM attempts WHERE id = :id")
    instruction_id = tx.scalar(of_attempt, {"id": attempt_id})
    tx.execute(
        sa.update(Instruction).where(Instruction.id == instruction_id).values(user_id=user_id)
    )


def test_a_component_that_nobody_measures_has_no_affected_users(supervisor: Client) -> None:
    incident = supervisor.post(INCIDENTS, told(components=[Component.SUPPORT]))
    assert incident["affected_users"] == 0
