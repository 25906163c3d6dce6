"""`GET /internal/v1/reports/sla`: promises met and missed, and how long it took, from the clocks' own events."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import rfc3339
from app.core.database import Transaction
from app.factory import Wallet
from app.support.clocks.models import ClockEventRow
from app.support.conversations.models import Conversation
from app.support.reports.figures import percentile
from tests.client import Client
from tests.conftest import Clock
from tests.factories.staff import create_agent

REPORT = "/internal/v1/reports/sla"
HOUR = timedelta(hours=1)


@pytest.fixture
def agent(wallet: Wallet) -> Client:
    return create_agent(wallet).client


def create_clock(
    tx: Transaction,
    begin: datetime,
    *events: tuple[str, int],
    channel: str = "chat",
    kind: str = "first_response",
) -> None:
    """A case of its own whose clock starts at `begin`; then events, so many seconds later, that is also what ran."""
    number = tx.query(Conversation).count()
    conversation = Conversation(
        id=f"cnv_{number}",
        channel=channel,
        status="open",
        priority="normal",
        locale="zh-CN",
        last_seq=0,
        version=1,
        created_at=begin,
        updated_at=begin,
    )
    tx.add(conversation)
    tx.flush()
    for place, (type_, seconds) in enumerate((("start", 0), *events)):
        tx.add(
            ClockEventRow(
                conversation_id=conversation.id,
                kind=kind,
                number=place + 1,
                type=type_,
                at=begin + timedelta(seconds=seconds),
                desk="chat" if type_ == "start" else None,
                target_seconds=300 if type_ == "start" else None,
                elapsed_seconds=seconds,
            )
        )
    tx.flush()


def channel(report: Any, name: str) -> Any:
    return next(it for it in report["channels"] if it["channel"] == name)


def test_met_and_missed_are_told_apart_per_channel_and_in_all(
    wallet: Wallet, agent: Client, clock: Clock
) -> None:
    begin = clock.now() - HOUR
    with wallet.database.transaction() as tx:
        create_clock(tx, begin, ("met", 60))
        create_clock(tx, begin, ("warned", 225), ("met", 240))
        create_clock(tx, begin, ("missed", 300), ("escalated", 450), ("met", 900))
        create_clock(tx, begin, ("missed", 300))
        create_clock(tx, begin, ("cancelled", 20))
        create_clock(tx, begin, ("pause", 20), ("resume", 200), ("met", 90), channel="email")
        create_clock(tx, begin, ("met", 100), kind="resolution")

    report = agent.get(REPORT)
    assert channel(report, "chat")["first_response"] == {
        "met": 2,
        "missed": 2,
        "rate": 0.5,
        "median_seconds": 240,
        "p90_seconds": 900,
    }
    assert channel(report, "chat")["resolution"]["met"] == 1
    assert channel(report, "email")["first_response"]["median_seconds"] == 90
    total = channel(report, "all")
    assert (total["first_response"]["met"], total["first_response"]["missed"]) == (3, 2)
    assert channel(report, "hotline")["promise"] == {
        "met": 0,
        "missed": 0,
        "rate": None,
        "median_seconds": None,
        "p90_seconds": None,
    }


def test_what_was_decided_outside_the_range_is_left_out(
    wallet: Wallet, agent: Client, clock: Clock
) -> None:
    begin = clock.now() - 10 * HOUR
    with wallet.database.transaction() as tx:
        create_clock(tx, begin, ("met", 60))
        create_clock(tx, begin, ("missed", 300), ("met", 7000))
        create_clock(tx, begin, ("met", 7200))

    times = {"from": rfc3339(begin + HOUR), "to": rfc3339(begin + 2 * HOUR)}
    kept = channel(agent.get(REPORT, **times), "chat")["first_response"]
    assert (kept["met"], kept["missed"], kept["median_seconds"]) == (0, 0, 7000)


def test_a_case_that_was_reopened_is_decided_again(
    wallet: Wallet, agent: Client, clock: Clock
) -> None:
    with wallet.database.transaction() as tx:
        begin = tx.now - HOUR
        create_clock(tx, begin, ("missed", 300), ("met", 400), ("start", 500), ("met", 600))
    kept = channel(agent.get(REPORT), "chat")["first_response"]
    assert (kept["met"], kept["missed"]) == (1, 1)


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[int], percent: int
) -> None:
    found = percentile(values, percent)
    assert found in values
    below = sum(value <= found for value in values)
    assert below * 100 >= percent * len(values)
    smaller = [value for value in values if value < found]
    assert len(smaller) * 100 < percent * len(values)


def test_a_range_of_years_is_refused(agent: Client) -> None:
    assert agent.get(REPORT, **{"from": "2020-01-01T00:00:00Z"}).code == "validation_failed"
