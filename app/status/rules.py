"""Component statuses: their order, and how the payment gateway's follows from its attempts.

Pure: reading attempts, storing statuses and incidents are not here. Versions: `app_versions.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, takewhile
from typing import Final


class SystemStatus(StrEnum):
    """Status of a component or of the whole, from best to worst (contract, section 6).

    Planned maintenance ranks before trouble: it is announced, and it must not hide an outage
    elsewhere.
    """

    OPERATIONAL = "operational"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"


GATEWAY_WINDOW: Final = timedelta(minutes=5)
GATEWAY_MIN_ATTEMPTS: Final = 10
GATEWAY_QUIET: Final = timedelta(minutes=15)
"""After so long without an attempt, nothing speaks against the gateway any more."""

_FLOORS: Final = (
    (25, SystemStatus.MAJOR_OUTAGE),
    (75, SystemStatus.PARTIAL_OUTAGE),
    (95, SystemStatus.DEGRADED_PERFORMANCE),
)
"""A success rate under so many percent means that status; the lowest floor that fits."""

_SEVERITY: Final = {status: rank for rank, status in enumerate(SystemStatus)}
_FAULT_REASONS: Final = frozenset({"gateway_error", "network_error"})
_ANSWERED_ALL_THE_SAME: Final = "gateway_declined"
_NEVER_ASKED: Final = frozenset({"wallet_balance", "limit_exceeded"})


@dataclass(frozen=True, slots=True)
class GatewayAttempt:
    """One exchange with the gateway: when its outcome was known, and whether it counts against."""

    at: datetime
    is_fault: bool


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """What is shown of the gateway; `success_rate` is 0–1 over the window, None without attempts.

    `trouble_since` is the oldest fault that speaks for the status, None while it is operational.
    """

    status: SystemStatus
    success_rate: float | None
    trouble_since: datetime | None


def worst_status(statuses: Iterable[SystemStatus]) -> SystemStatus:
    """The status of the whole: that of its worst component; operational where there is none."""
    return max(statuses, key=_SEVERITY.__getitem__, default=SystemStatus.OPERATIONAL)


def is_gateway_fault(
    outcome: str, failure_reason: str | None, failure_code: str | None
) -> bool | None:
    """Whether an attempt speaks against the gateway; None where the gateway was never asked.

    Against it: an unknown outcome, a gateway error but for a plain decline, a network error. For it:
    everything that it answered, a decline included. Refusals of our own, for balance or limit, are
    attempts without an exchange and tell nothing. Arguments are values of the contract, section 4.
    """
    if outcome == "unknown":
        return True
    if failure_code in _NEVER_ASKED:
        return None
    return failure_reason in _FAULT_REASONS and failure_code != _ANSWERED_ALL_THE_SAME


def assess_gateway(attempts: Iterable[GatewayAttempt], *, now: datetime) -> GatewayHealth:
    """The gateway's health at `now` from its `attempts`, newest first.

    The last moment at which ten attempts lay within five minutes decides; fewer tell nothing new,
    so a status stays until more attempts come or fifteen minutes pass without any. The answer
    depends on the attempts alone, never on who looked when. Given an iterator, it reads the window
    and then no further than the ten that decide, or the last quiet quarter of an hour.
    """
    reading = _since_last_quiet(attempts, now)
    window: list[GatewayAttempt] = []
    for attempt in reading:
        if now - attempt.at >= GATEWAY_WINDOW:
            reading = chain([attempt], reading)
            break
        window.append(attempt)
    enough = len(window) >= GATEWAY_MIN_ATTEMPTS
    decisive = window if enough else _last_sufficient_sample(chain(window, reading))
    status = _status_of(decisive) if decisive else SystemStatus.OPERATIONAL
    return GatewayHealth(
        status,
        1 - _faults(window) / len(window) if window else None,
        None if status is SystemStatus.OPERATIONAL else _oldest_fault(decisive),
    )


def _since_last_quiet(
    attempts: Iterable[GatewayAttempt], now: datetime
) -> Iterator[GatewayAttempt]:
    later = now
    for attempt in attempts:
        if later - attempt.at >= GATEWAY_QUIET:
            return
        yield attempt
        later = attempt.at


def _last_sufficient_sample(newest_first: Iterator[GatewayAttempt]) -> Sequence[GatewayAttempt]:
    """The attempts in the window when it last held enough of them; empty if it never did.

    That was just before the tenth of them left it, so these are ten, and any at that same instant.
    """
    read: list[GatewayAttempt] = []
    for oldest in newest_first:
        read.append(oldest)
        sample = read[-GATEWAY_MIN_ATTEMPTS:]
        if len(sample) == GATEWAY_MIN_ATTEMPTS and sample[0].at - oldest.at < GATEWAY_WINDOW:
            return [*sample, *_same_instant(oldest.at, newest_first)]
    return ()


def _same_instant(
    moment: datetime, newest_first: Iterator[GatewayAttempt]
) -> Iterator[GatewayAttempt]:
    return takewhile(lambda attempt: attempt.at == moment, newest_first)


def _status_of(sample: Sequence[GatewayAttempt]) -> SystemStatus:
    succeeded = len(sample) - _faults(sample)
    fitting = (status for floor, status in _FLOORS if succeeded * 100 < floor * len(sample))
    return next(fitting, SystemStatus.OPERATIONAL)


def _faults(sample: Sequence[GatewayAttempt]) -> int:
    return sum(attempt.is_fault for attempt in sample)


def _oldest_fault(newest_first: Sequence[GatewayAttempt]) -> datetime:
    return next(attempt.at for attempt in reversed(newest_first) if attempt.is_fault)
