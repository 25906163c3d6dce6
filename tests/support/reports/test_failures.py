"""`GET /internal/v1/reports/failures`: how often, why, when, with which app; the same on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import rfc3339
from app.edges.results import Problem
from app.factory import Wallet
from app.payments.models import Attempt
from app.payments.rules import Kind
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.people import create_person, payment_body
from tests.factories.staff import create_agent
from tests.factories.status import create_attempt
from tests.fakes import Unanswered

REPORT = "/internal/v1/reports/failures"
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOURS = {"from": rfc3339(NINE), "to": rfc3339(NINE + timedelta(hours=2)), "step": "hour"}


@pytest.fixture
def agent(wallet: Wallet) -> Client:
    return create_agent(wallet).client


def attempts(wallet: Wallet, *made: tuple[int, str | None, Kind]) -> None:
    """So many minutes after nine, with that code."""
    with wallet.database.transaction() as tx:
        for minutes, code, kind in made:
            create_attempt(tx, NINE + timedelta(minutes=minutes), code=code, kind=kind)


def test_failures_are_counted_by_span_and_reason(wallet: Wallet, agent: Client) -> None:
    attempts(
        wallet,
        (0, None, Kind.PAYMENT),
        (10, "wallet_balance", Kind.PAYMENT),
        (20, "read_timeout", Kind.TOP_UP),
        (59, "read_timeout", Kind.PAYMENT),
        (60, "card_frozen", Kind.WITHDRAWAL),
        (120, "card_frozen", Kind.WITHDRAWAL),
    )
    report = agent.get(REPORT, **HOURS)

    assert (report["step"], report["timezone"]) == ("hour", "Asia/Shanghai")
    first, second = report["points"]
    assert first == {
        "at": rfc3339(NINE),
        "attempts": 4,
        "failures": 3,
        "rate": 0.75,
        "reasons": [
            {"reason": "network_error", "code": "read_timeout", "count": 2},
            {"reason": "insufficient_balance", "code": "wallet_balance", "count": 1},
        ],
    }
    assert [(it["code"], it["count"]) for it in second["reasons"]] == [("card_frozen", 1)]
    assert (report["total"]["attempts"], report["total"]["failures"]) == (5, 4)
    assert report["total"]["rate"] == 0.8


def test_one_kind_of_movement_can_be_asked_for(wallet: Wallet, agent: Client) -> None:
    attempts(wallet, (0, None, Kind.PAYMENT), (1, "risk", Kind.TOP_UP), (2, None, Kind.TOP_UP))
    report = agent.get(REPORT, **HOURS, kind="top_up")
    assert (report["total"]["attempts"], report["total"]["failures"]) == (2, 1)
    assert report["points"][1]["rate"] is None


def test_real_payments_are_split_by_app_and_network(
    wallet: Wallet, agent: Client, outside: Outside
) -> None:
    new = create_person(wallet).client.with_headers(
        X_App_Version="ios/2.4.0", X_Network_Type="cellular"
    )
    plain = create_person(wallet).client
    outside.gateway.script.extend(
        [Problem.CONNECTION_REFUSED, Unanswered(Problem.READ_TIMEOUT), None, None]
    )
    for client in (new, new, new, plain):
        assert client.post("/v1/payments", payment_body()).status in (201, 202)

    report = agent.get(REPORT)
    assert report["by_app_version"] == [
        {"name": "ios/2.4.0", "attempts": 3, "failures": 2, "rate": 0.6667},
        {"name": None, "attempts": 1, "failures": 0, "rate": 0.0},
    ]
    assert [it["name"] for it in report["by_network_type"]] == ["cellular", None]
    codes = {it["code"]: it["count"] for it in report["total"]["reasons"]}
    assert codes == {"connection_refused": 1, "read_timeout": 1}


def test_an_attempt_on_its_way_is_not_counted_until_it_can_be_no_more(
    wallet: Wallet, agent: Client, clock: Clock
) -> None:
    with wallet.database.transaction() as tx:
        attempt_id = create_attempt(tx, tx.now)
        cut_off = sa.update(Attempt).where(Attempt.id == attempt_id)
        tx.execute(cut_off.values(outcome="unknown", finished_at=None))
    assert agent.get(REPORT)["total"]["attempts"] == 0

    clock.jump_to(clock.now() + timedelta(seconds=11))
    total = agent.get(REPORT)["total"]
    assert [it["code"] for it in total["reasons"]] == ["read_timeout"]


@pytest.mark.parametrize(
    "query",
    [
        {"step": "week"},
        {"kind": "transfer"},
        {"from": "2026-01-01T00:00:00Z", "step": "minute"},
        {"from": "1999-01-01T00:00:00Z"},
    ],
)
def test_what_makes_no_report_is_refused(agent: Client, query: dict[str, str]) -> None:
    assert agent.get(REPORT, **query).code == "validation_failed"
