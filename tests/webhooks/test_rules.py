"""What is told and when: pure rules."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.webhooks.rules import (
    EVENT_TYPES,
    LONGEST_REST,
    RETRY_DELAYS,
    is_known,
    matches,
    next_try,
    rest_after,
)

ROOT = Path(__file__).parents[2]
BEGAN = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("patterns", "event_type", "expected"),
    [
        (["*"], "payment.succeeded", True),
        (["payment.*"], "payment.succeeded", True),
        (["payment.succeeded"], "payment.succeeded", True),
        (["payment.succeeded"], "payment.failed", False),
        (["refund.*", "payment.failed"], "payment.failed", True),
        (["pay.*"], "payment.failed", False),
        (["transaction_password.*"], "password.reset", False),
        ([], "payment.failed", False),
    ],
)
def test_a_pattern_covers_its_type_its_family_or_all(
    patterns: list[str], event_type: str, expected: bool
) -> None:
    assert matches(patterns, event_type) is expected


@pytest.mark.parametrize(
    "pattern", ["", "payment", "payment.", ".*", "*.*", "**", "payment.*.*", "PAYMENT.*", "card.*"]
)
def test_a_pattern_that_can_match_nothing_is_unknown(pattern: str) -> None:
    assert not is_known(pattern)


def test_tries_are_spread_over_three_days() -> None:
    tries = [BEGAN]
    while (at := next_try(BEGAN, tries[-1])) is not None:
        tries.append(at)
    assert [b - a for a, b in pairwise(tries)] == list(RETRY_DELAYS[1:])
    assert tries[-1] - BEGAN == timedelta(days=3)


def test_tries_that_were_missed_are_not_made_up_for() -> None:
    assert next_try(BEGAN, BEGAN + timedelta(hours=3)) == BEGAN + timedelta(
        hours=7, minutes=35, seconds=5
    )
    assert next_try(BEGAN, BEGAN + timedelta(days=3)) is None


def test_a_silent_endpoint_rests_longer_each_time_up_to_a_limit() -> None:
    assert [rest_after(n).total_seconds() for n in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert rest_after(8) == rest_after(1000) == LONGEST_REST


def test_every_event_that_is_announced_is_in_the_table() -> None:
    literal = re.compile(r'Event\(\s*"([a-z_]+\.[a-z_]+)"')
    sources = [path.read_text() for path in (ROOT / "app").rglob("*.py")]
    announced = {name for text in sources for name in literal.findall(text)}
    assert announced
    assert announced <= set(EVENT_TYPES)


def test_the_docs_show_the_table_of_events() -> None:
    shown = re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", read_docs(), re.MULTILINE)
    assert dict(shown) == EVENT_TYPES


def read_docs() -> str:
    return (ROOT / "docs/webhooks.md").read_text()
