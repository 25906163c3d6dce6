"""`GET /v1/system-status`: measured from attempts, told by incidents, in the caller's language."""

from datetime import timedelta

import pytest

from app.edges.results import Problem
from app.factory import Wallet
from app.payments.rules import Kind
from app.status.components import Component
from app.status.measuring import health_at
from app.status.rules import SystemStatus
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.people import create_person
from tests.factories.status import create_attempt, create_incident
from tests.fakes import Unanswered


def component(client: Client, code: str) -> dict[str, object]:
    answer = client.get("/v1/system-status")
    assert answer.status == 200
    return next(it for it in answer["components"] if it["code"] == code)


def attempts(wallet: Wallet, count: int, code: str | None, kind: Kind = Kind.PAYMENT) -> None:
    with wallet.database.transaction() as tx:
        for age in range(count):
            create_attempt(tx, tx.now - timedelta(seconds=age), code=code, kind=kind)


def test_everything_works_in_a_fresh_wallet(client: Client) -> None:
    answer = client.get("/v1/system-status")

    assert answer["status"] == "operational"
    assert [it["code"] for it in answer["components"]] == list(Component)
    assert {it["status"] for it in answer["components"]} == {"operational"}
    assert {it["success_rate"] for it in answer["components"]} == {None}
    assert answer["incidents"] == []


@pytest.mark.parametrize(
    ("good", "bad", "status", "rate"),
    [
        (9, 1, "degraded_performance", 0.9),
        (7, 3, "partial_outage", 0.7),
        (2, 8, "major_outage", 0.2),
        (0, 9, "operational", 0.0),
    ],
)
def test_the_gateway_follows_its_attempts(
    wallet: Wallet, client: Client, good: int, bad: int, status: str, rate: float
) -> None:
    attempts(wallet, good, None)
    attempts(wallet, bad, "gateway_unavailable")

    gateway = component(client, "payment_gateway")
    assert (gateway["status"], gateway["success_rate"]) == (status, rate)
    assert client.get("/v1/system-status")["status"] == status


def test_top_ups_count_for_the_gateway_and_withdrawals_for_the_bank_network(
    wallet: Wallet, client: Client
) -> None:
    attempts(wallet, 10, "connection_refused", Kind.WITHDRAWAL)
    assert component(client, "bank_network")["status"] == "major_outage"
    assert component(client, "payment_gateway")["status"] == "operational"

    attempts(wallet, 10, "read_timeout", Kind.TOP_UP)
    assert component(client, "payment_gateway")["status"] == "major_outage"


def test_declines_and_refusals_of_our_own_speak_against_nobody(
    wallet: Wallet, client: Client
) -> None:
    attempts(wallet, 12, "gateway_declined")
    attempts(wallet, 12, "wallet_balance")

    gateway = component(client, "payment_gateway")
    assert (gateway["status"], gateway["success_rate"]) == ("operational", 1.0)


def test_an_outage_ends_after_fifteen_minutes_without_attempts(
    wallet: Wallet, client: Client, clock: Clock
) -> None:
    attempts(wallet, 10, "gateway_unavailable")
    clock.jump_to(clock.now() + timedelta(minutes=14))
    assert component(client, "payment_gateway")["status"] == "major_outage"

    clock.jump_to(clock.now() + timedelta(minutes=1))
    assert component(client, "payment_gateway")["status"] == "operational"


def test_the_health_of_a_past_moment_knows_nothing_of_what_came_later(wallet: Wallet) -> None:
    attempts(wallet, 10, "gateway_unavailable")

    with wallet.database.snapshot() as tx:
        now = health_at(tx, Component.PAYMENT_GATEWAY, tx.now)
        before = health_at(tx, Component.PAYMENT_GATEWAY, tx.now - timedelta(minutes=1))
    assert now.status is SystemStatus.MAJOR_OUTAGE
    assert before.status is SystemStatus.OPERATIONAL
    assert (before.success_rate, before.trouble_since) == (None, None)


def test_real_payments_that_lose_their_answers_bring_the_gateway_down(
    wallet: Wallet, client: Client, outside: Outside
) -> None:
    person = create_person(wallet)
    outside.gateway.script.extend([Unanswered(Problem.CONNECTION_RESET)] * 10)
    for _ in range(10):
        assert person.pay(100).status == 202

    assert component(client, "payment_gateway")["status"] == "major_outage"


def test_an_open_incident_is_shown_and_counts_for_its_components(
    wallet: Wallet, client: Client
) -> None:
    with wallet.database.transaction() as tx:
        incident_id = create_incident(tx, tx.now, impact="minor", components=[Component.SMS])

    assert component(client, "sms")["status"] == "degraded_performance"
    (incident,) = client.get("/v1/system-status")["incidents"]
    assert incident["id"] == incident_id
    assert incident["components"] == ["sms"]
    assert (incident["title"], incident["resolved_at"]) == ("Payments fail", None)
    assert incident["updates"][0]["text"] == "We are looking into it."


def test_a_resolved_incident_stays_on_the_page_for_a_week_and_harms_nothing(
    wallet: Wallet, client: Client
) -> None:
    with wallet.database.transaction() as tx:
        hour = timedelta(hours=1)
        recent = create_incident(tx, tx.now - 2 * hour, resolved_at=tx.now - hour)
        create_incident(tx, tx.now - timedelta(days=9), resolved_at=tx.now - timedelta(days=8))

    answer = client.get("/v1/system-status")
    assert [it["id"] for it in answer["incidents"]] == [recent]
    assert answer["status"] == "operational"


def test_maintenance_does_not_hide_an_outage(wallet: Wallet, client: Client) -> None:
    with wallet.database.transaction() as tx:
        create_incident(tx, tx.now, impact="maintenance")
    assert component(client, "payment_gateway")["status"] == "under_maintenance"

    attempts(wallet, 10, "gateway_unavailable")
    assert component(client, "payment_gateway")["status"] == "major_outage"


def test_names_and_incidents_are_in_the_language_of_the_caller(
    wallet: Wallet, client: Client
) -> None:
    with wallet.database.transaction() as tx:
        create_incident(tx, tx.now)

    chinese = client.with_headers(Accept_Language="zh-CN").get("/v1/system-status")
    assert chinese["components"][0]["name"] == "支付通道"
    assert chinese["incidents"][0]["title"] == "支付通道异常"
    assert component(client, "payment_gateway")["name"] == "Payment gateway"
