"""The gateway's status from its attempts, and the status of the whole."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.status.rules import (
    GATEWAY_MIN_ATTEMPTS,
    GATEWAY_QUIET,
    GATEWAY_WINDOW,
    GatewayAttempt,
    SystemStatus,
    assess_gateway,
    is_gateway_fault,
    worst_status,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
S = SystemStatus


def attempts(*, good: int = 0, bad: int = 0, at: timedelta = timedelta()) -> list[GatewayAttempt]:
    """So many attempts, one second apart, newest first, the last one at noon + `at`."""
    faults = [True] * bad + [False] * good
    return [
        GatewayAttempt(NOON + at - timedelta(seconds=age), is_fault)
        for age, is_fault in enumerate(faults)
    ]


@pytest.mark.parametrize(
    ("good", "bad", "status"),
    [
        (10, 0, S.OPERATIONAL),
        (19, 1, S.OPERATIONAL),
        (18, 1, S.DEGRADED_PERFORMANCE),
        (9, 1, S.DEGRADED_PERFORMANCE),
        (15, 5, S.DEGRADED_PERFORMANCE),
        (14, 5, S.PARTIAL_OUTAGE),
        (5, 15, S.PARTIAL_OUTAGE),
        (4, 13, S.MAJOR_OUTAGE),
        (0, 10, S.MAJOR_OUTAGE),
        (0, 9, S.OPERATIONAL),
        (0, 0, S.OPERATIONAL),
    ],
)
def test_the_status_follows_the_success_rate_from_ten_attempts_up(
    good: int, bad: int, status: SystemStatus
) -> None:
    assert assess_gateway(attempts(good=good, bad=bad), now=NOON).status is status


def test_the_success_rate_is_that_of_the_last_five_minutes() -> None:
    known = attempts(good=3, bad=1) + attempts(bad=20, at=-GATEWAY_WINDOW)

    assert assess_gateway(known, now=NOON).success_rate == 0.75
    assert assess_gateway([], now=NOON).success_rate is None


def test_an_outage_stays_while_too_few_attempts_tell_otherwise() -> None:
    known = attempts(good=9) + attempts(bad=12, at=timedelta(minutes=-10))

    assert assess_gateway(known, now=NOON).status is S.MAJOR_OUTAGE


def test_ten_good_attempts_end_an_outage() -> None:
    known = attempts(good=10) + attempts(bad=12, at=timedelta(minutes=-6))

    assert assess_gateway(known, now=NOON).status is S.OPERATIONAL


def test_fifteen_minutes_without_attempts_end_an_outage() -> None:
    known = attempts(bad=12)
    just_before = NOON + GATEWAY_QUIET - timedelta(milliseconds=1)

    assert assess_gateway(known, now=just_before).status is S.MAJOR_OUTAGE
    assert assess_gateway(known, now=NOON + GATEWAY_QUIET).status is S.OPERATIONAL


def test_what_was_before_a_quiet_quarter_of_an_hour_is_forgotten() -> None:
    known = attempts(bad=3) + attempts(bad=12, at=timedelta(minutes=-16))

    assert assess_gateway(known, now=NOON).status is S.OPERATIONAL


def test_faults_leave_the_window_before_the_good_attempts_after_them() -> None:
    known = attempts(good=10) + attempts(bad=20, at=timedelta(seconds=-60))

    assert assess_gateway(known, now=NOON).status is S.PARTIAL_OUTAGE
    assert assess_gateway(known, now=NOON + timedelta(minutes=9)).status is S.OPERATIONAL


def test_ten_attempts_over_exactly_five_minutes_were_never_in_one_window() -> None:
    known = attempts(bad=5) + attempts(bad=5, at=timedelta(seconds=5) - GATEWAY_WINDOW)
    later = NOON + timedelta(minutes=1)

    assert assess_gateway(known, now=later).status is S.MAJOR_OUTAGE
    moved = [*known[:9], GatewayAttempt(NOON - GATEWAY_WINDOW, is_fault=True)]
    assert assess_gateway(moved, now=later).status is S.OPERATIONAL


def test_attempts_of_one_instant_leave_the_window_together() -> None:
    known = [GatewayAttempt(NOON, is_fault=place > 9) for place in range(20)]

    assert assess_gateway(known, now=NOON).status is S.PARTIAL_OUTAGE
    assert assess_gateway(known, now=NOON + timedelta(minutes=6)).status is S.PARTIAL_OUTAGE


def test_an_iterator_is_read_back_to_the_last_quiet_time_only() -> None:
    older = attempts(bad=12, at=timedelta(minutes=-16))
    source = iter(attempts(bad=3) + older)

    assess_gateway(source, now=NOON)

    assert list(source) == older[1:]


def watched_all_the_time(known: list[GatewayAttempt], now: datetime) -> SystemStatus:
    """The contract's rule applied at every instant at which something changes, in order."""
    tick = timedelta(milliseconds=1)
    oldest_first = sorted(known, key=lambda attempt: attempt.at)
    times = [attempt.at for attempt in oldest_first]
    moments = {at + delay for at in times for delay in (timedelta(), GATEWAY_WINDOW - tick)}
    moments |= {at + GATEWAY_QUIET for at in times} | {now}
    status = SystemStatus.OPERATIONAL
    for moment in sorted(moment for moment in moments if moment <= now):
        before = [attempt.at for attempt in oldest_first if attempt.at < moment]
        if before and moment - before[-1] >= GATEWAY_QUIET:
            status = SystemStatus.OPERATIONAL
        window = [a for a in oldest_first if moment - GATEWAY_WINDOW < a.at <= moment]
        if len(window) >= GATEWAY_MIN_ATTEMPTS:
            status = assess_gateway(reversed(window), now=moment).status
    return status


GAPS = st.sampled_from([0, 1, 10, 30, 33, 60, 100, 299, 300, 301, 899, 900, 901])


@settings(max_examples=400)
@given(st.lists(st.tuples(GAPS, st.booleans()), min_size=8, max_size=40), GAPS)
def test_looking_once_tells_the_same_as_watching_all_the_time(
    gaps: list[tuple[int, bool]], wait_seconds: int
) -> None:
    known, at = [], NOON
    for gap, is_fault in gaps:
        at += timedelta(seconds=gap)
        known.append(GatewayAttempt(at, is_fault))
    now = at + timedelta(seconds=wait_seconds)

    assert assess_gateway(reversed(known), now=now).status is watched_all_the_time(known, now)


@pytest.mark.parametrize(
    ("outcome", "reason", "code", "expected"),
    [
        ("succeeded", None, None, False),
        ("unknown", None, None, True),
        ("unknown", "network_error", "read_timeout", True),
        ("failed", "gateway_error", "gateway_declined", False),
        ("failed", "gateway_error", "gateway_unavailable", True),
        ("failed", "gateway_error", "gateway_maintenance", True),
        ("failed", "gateway_error", "gateway_bad_response", True),
        ("failed", "network_error", "connection_refused", True),
        ("failed", "network_error", "dns_failure", True),
        ("failed", "insufficient_balance", "card_balance", False),
        ("failed", "declined", "card_frozen", False),
        ("failed", "insufficient_balance", "wallet_balance", None),
        ("failed", "declined", "limit_exceeded", None),
    ],
)
def test_what_the_gateway_answered_never_counts_against_it(
    outcome: str, reason: str | None, code: str | None, expected: bool | None
) -> None:
    assert is_gateway_fault(outcome, reason, code) is expected


def test_the_whole_is_as_bad_as_its_worst_component() -> None:
    assert worst_status([]) is S.OPERATIONAL
    assert worst_status([S.OPERATIONAL, S.UNDER_MAINTENANCE]) is S.UNDER_MAINTENANCE
    assert worst_status([S.UNDER_MAINTENANCE, S.DEGRADED_PERFORMANCE]) is S.DEGRADED_PERFORMANCE
    assert worst_status([S.MAJOR_OUTAGE, S.PARTIAL_OUTAGE, S.OPERATIONAL]) is S.MAJOR_OUTAGE


def test_the_statuses_are_those_of_the_contract() -> None:
    assert {str(status) for status in S} == {
        "operational",
        "degraded_performance",
        "partial_outage",
        "major_outage",
        "under_maintenance",
    }
