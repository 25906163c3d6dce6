"""`/internal/v1/components/{code}/success-rates`: the same counting as the status, over time."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import rfc3339
from app.factory import Wallet
from app.payments.rules import Kind
from tests.client import Client
from tests.factories.staff import create_agent
from tests.factories.status import create_attempt

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def path(component: str = "payment_gateway") -> str:
    return f"/internal/v1/components/{component}/success-rates"


@pytest.fixture
def agent(wallet: Wallet) -> Client:
    return create_agent(wallet).client


def test_each_span_tells_what_happened_in_it(wallet: Wallet, agent: Client) -> None:
    with wallet.database.transaction() as tx:
        for minutes, code, kind in (
            (0, None, Kind.PAYMENT),
            (59, "read_timeout", Kind.TOP_UP),
            (59, "gateway_declined", Kind.PAYMENT),
            (59, "wallet_balance", Kind.PAYMENT),
            (59, "read_timeout", Kind.WITHDRAWAL),
            (120, "connection_refused", Kind.PAYMENT),
            (180, "connection_refused", Kind.PAYMENT),
        ):
            create_attempt(tx, NINE + timedelta(minutes=minutes), code=code, kind=kind)

    times = {"from": rfc3339(NINE), "to": rfc3339(NINE + timedelta(hours=3)), "step": "hour"}
    answer = agent.get(path(), **times)

    assert (answer["component"], answer["step"]) == ("payment_gateway", "hour")
    assert answer["points"] == [
        {"at": rfc3339(NINE), "attempts": 3, "failures": 1, "rate": 0.6667},
        {"at": rfc3339(NINE + timedelta(hours=1)), "attempts": 0, "failures": 0, "rate": None},
        {"at": rfc3339(NINE + timedelta(hours=2)), "attempts": 1, "failures": 1, "rate": 0.0},
    ]
    bank = agent.get(path("bank_network"), **times)["points"]
    assert [(it["attempts"], it["failures"]) for it in bank] == [(1, 1), (0, 0), (0, 0)]


def test_days_are_those_of_the_wallet(wallet: Wallet, agent: Client) -> None:
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)  # in Shanghai
    with wallet.database.transaction() as tx:
        create_attempt(tx, midnight - timedelta(milliseconds=1))
        create_attempt(tx, midnight)
        create_attempt(tx, midnight + timedelta(hours=1))

    day = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z", "step": "day"}
    points = agent.get(path(), **day)["points"]
    assert [(it["at"], it["attempts"]) for it in points] == [
        ("2026-02-28T16:00:00.000Z", 1),
        ("2026-03-01T16:00:00.000Z", 2),
    ]


def test_without_a_range_it_is_the_last_day_by_the_hour(wallet: Wallet, agent: Client) -> None:
    points = agent.get(path("sms"))["points"]
    assert len(points) in (24, 25)
    assert {it["attempts"] for it in points} == {0}


def test_what_is_not_measured_has_no_points_and_what_is_not_there_is_not_found(
    agent: Client,
) -> None:
    assert agent.get(path("support"))["points"] == []
    assert agent.get(path("moon")).status == 404


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z", "step": "day"},
        {"from": "0001-01-01T00:00:00Z", "to": "0001-01-02T00:00:00+14:00"},
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "9999-12-31T00:00:00Z", "to": "9999-12-31T23:59:59Z", "step": "day"},
        {"step": "second"},
        {"from": "yesterday"},
    ],
)
def test_a_range_too_long_or_too_odd_is_refused(agent: Client, query: dict[str, str]) -> None:
    assert agent.get(path(), **query).code == "validation_failed"


def test_a_range_that_ends_before_it_begins_is_empty(agent: Client) -> None:
    backwards = {"from": rfc3339(NINE), "to": rfc3339(NINE - timedelta(hours=2))}
    assert agent.get(path(), **backwards)["points"] == []
