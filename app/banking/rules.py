"""States and numbers of bank cards and their verification. Pure.

What a good card number is: `cards.py`. Which bank issued it: `issuers.py`.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class CardStatus(StrEnum):
    """Where a binding stands (contract, section 5). Only an active card moves money."""

    PENDING_VERIFICATION = "pending_verification"
    ACTIVE = "active"
    VERIFICATION_FAILED = "verification_failed"
    EXPIRED = "expired"
    UNBOUND = "unbound"


class DepositStatus(StrEnum):
    """The micro-deposit as its receiver may see it: not there yet, on the statement, clawed back."""

    PENDING = "pending"
    SENT = "sent"
    RETURNED = "returned"


class AttemptKind(StrEnum):
    """What an exchange with the bank was about."""

    DEPOSIT = "deposit"
    CLAW_BACK = "claw_back"


class AttemptStatus(StrEnum):
    """`sending` until it is certain what the bank did."""

    SENDING = "sending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class JobKind(StrEnum):
    """The due rows of this domain; `jobs.py` says which operation each one calls."""

    POST_DEPOSIT = "post_micro_deposit"
    SETTLE_DEPOSIT = "settle_micro_deposit"
    CLAW_BACK = "claw_back_micro_deposit"
    EXPIRE = "expire_bank_card"


OPEN_STATUSES: Final = (CardStatus.PENDING_VERIFICATION, CardStatus.ACTIVE)
"""What counts as one of a user's cards, and what can be unbound."""

ENDINGS: Final = {
    CardStatus.PENDING_VERIFICATION: frozenset(
        {
            CardStatus.ACTIVE,
            CardStatus.VERIFICATION_FAILED,
            CardStatus.EXPIRED,
            CardStatus.UNBOUND,
        }
    ),
    CardStatus.ACTIVE: frozenset({CardStatus.UNBOUND}),
}
"""The allowed transitions; a status that is no key here is final."""

MAX_OPEN_CARDS: Final = 5
"""Pending and active cards of one user (contract, section 5)."""

MAX_BINDINGS: Final = 3
BINDINGS_WINDOW: Final = timedelta(days=30)
"""Bindings of one number by one user (contract, section 10)."""

CONFIRM_TRIES: Final = 3
VERIFICATION_TIME: Final = timedelta(days=10)
LARGEST_DEPOSIT: Final = 99
"""The micro-deposit is 1 to this many fen (contract, section 10)."""

INQUIRY_OFFSETS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 60, 300, 1800, 7200, 86400)
)
"""When the bank is asked, counted from the start of the attempt (contract, section 10)."""


def next_inquiry(began_at: datetime, now: datetime) -> datetime:
    """The first moment after `now` at which the bank is asked again; behind the table's end once a day.

    A payment ends in `manual_review` there. A deposit of some fen has no reviewer, and its claw-back must
    still come, so the bank is asked until it answers.
    """
    planned = next((began_at + after for after in INQUIRY_OFFSETS if began_at + after > now), None)
    if planned is not None:
        return planned
    day = INQUIRY_OFFSETS[-1]
    return began_at + day * ((now - began_at) // day + 1)


def previous_statuses(target: CardStatus) -> tuple[CardStatus, ...]:
    """The statuses from which a card may become `target`, for guarded updates."""
    return tuple(status for status, targets in ENDINGS.items() if target in targets)
