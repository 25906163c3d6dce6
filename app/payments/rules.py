"""States, transitions, limits and schedules of everything that moves money. Pure; failure codes are in failures.py.

Numbers and codes: contract, sections 4 and 10.
"""

from datetime import datetime, timedelta
from enum import StrEnum

MIN_AMOUNT = 1
MAX_AMOUNT = 5_000_000
DAILY_LIMIT = 20_000_000
PASSWORD_FREE_DAILY_LIMIT = 100_000
TRANSFER_MISSES_PER_DAY = 20

# Counted from the moment at which the attempt began; after the last one a person looks.
INQUIRY_SCHEDULE = (
    timedelta(seconds=5),
    timedelta(seconds=10),
    timedelta(seconds=20),
    timedelta(seconds=40),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=24),
)
# A call is over after 2 s to connect and 8 s in total; until then "not found" proves nothing.
CALL_DEADLINE = timedelta(seconds=10)


# After a confirmed cancel: when to look whether the money was taken all the same, each counted from the one before.
WATCH_PAUSES = (
    timedelta(0),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=24),
)


FIRST_PAUSE_IN_VAIN = timedelta(minutes=1)


class Kind(StrEnum):
    """What a user can instruct that needs the outside."""

    PAYMENT = "payment"
    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"


ID_PREFIX = {Kind.PAYMENT: "pay", Kind.TOP_UP: "top", Kind.WITHDRAWAL: "wdr"}


class Source(StrEnum):
    """Where the money of an instruction comes from."""

    BALANCE = "balance"
    BANK_CARD = "bank_card"


class Status(StrEnum):
    """Where an instruction stands; TRANSITIONS says how it gets from one to another."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MANUAL_REVIEW = "manual_review"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PROCESSING: frozenset({Status.SUCCEEDED, Status.FAILED, Status.MANUAL_REVIEW}),
    Status.FAILED: frozenset({Status.PROCESSING}),  # a retry
    Status.MANUAL_REVIEW: frozenset({Status.SUCCEEDED, Status.FAILED}),  # an agent's inquiry
    Status.SUCCEEDED: frozenset(),
}


OPEN_STATES = (Status.PROCESSING, Status.MANUAL_REVIEW)
"""Nobody knows yet how it ended."""


class AttemptOutcome(StrEnum):
    """What is known of one attempt; `unknown` from its start."""

    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUSED_HERE = frozenset({"wallet_balance", "limit_exceeded"})
"""Failure codes of attempts that were never sent; a bank has a limit of its own, so the second alone says nothing."""


class RefundCause(StrEnum):
    """Why money is given back: somebody asked for it, or it was taken after a confirmed cancel."""

    REQUESTED = "requested"
    LATE_SUCCESS = "late_success"


class RefundStatus(StrEnum):
    """Where a refund stands; REFUND_TRANSITIONS says how it gets from one to another."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MANUAL_REVIEW = "manual_review"


REFUND_TRANSITIONS: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.PROCESSING: frozenset(
        {RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.MANUAL_REVIEW}
    ),
    RefundStatus.MANUAL_REVIEW: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset(),
    RefundStatus.FAILED: frozenset(),
}


def sources_of(target: Status) -> tuple[Status, ...]:
    """The states from which `target` can be reached."""
    return tuple(source for source, targets in TRANSITIONS.items() if target in targets)


def refund_sources_of(target: RefundStatus) -> tuple[RefundStatus, ...]:
    """The states of a refund from which `target` can be reached."""
    return tuple(source for source, targets in REFUND_TRANSITIONS.items() if target in targets)


def inquiry_due(began_at: datetime, inquiries_made: int) -> datetime | None:
    """When to inquire next about an attempt, or None after the last inquiry."""
    if inquiries_made >= len(INQUIRY_SCHEDULE):
        return None
    return began_at + INQUIRY_SCHEDULE[inquiries_made]


def watch_pause(looks_taken: int, asked_in_vain: int = 0) -> timedelta | None:
    """How long to wait before the next look at a cancelled attempt, or None after the last one.

    A look that learnt nothing is none: it is made up for after 1 min, doubling up to a day, however often it takes.
    """
    if asked_in_vain:
        return min(FIRST_PAUSE_IN_VAIN * int(2 ** min(asked_in_vain - 1, 16)), WATCH_PAUSES[-1])
    return WATCH_PAUSES[looks_taken] if looks_taken < len(WATCH_PAUSES) else None


def amount_in_range(amount_minor: int) -> bool:
    """1 to 5,000,000 fen each (contract, section 10)."""
    return MIN_AMOUNT <= amount_minor <= MAX_AMOUNT


def password_needed(amount_minor: int, password_free_limit: int) -> bool:
    """Whether an amount is over what the user lets through without the transaction password."""
    return amount_minor > password_free_limit
