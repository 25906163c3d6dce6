"""How customers are found and what of them may be uncovered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.core.days import seconds_until


class LookupKey(StrEnum):
    """What an agent may know of a customer (contract, section 8)."""

    PHONE = "phone"
    EMAIL = "email"
    USER_ID = "user_id"
    PAYMENT_ID = "payment_id"
    CARD_LAST4 = "card_last4"
    CALL_CODE = "call_code"


MOST_FOUND: Final = 20
"""Customers that four digits of a card bring at most, those of the newest cards; the contract is silent."""


class RevealField(StrEnum):
    """What can be uncovered. Full card numbers and holders' names are stored nowhere, so they can't."""

    PHONE = "phone"
    EMAIL = "email"
    DISPLAY_NAME = "display_name"


SHOWN_FOR: Final = timedelta(seconds=60)
"""How long a revealed value may stay on a screen (support.md, "Agents and trust")."""


@dataclass(frozen=True, slots=True)
class RevealQuota:
    """At most `quota` reveals of one agent within any `window`."""

    name: str
    quota: int
    window: timedelta


REVEAL_QUOTAS: Final = (
    RevealQuota("reveals_hour", 3, timedelta(hours=1)),
    RevealQuota("reveals_day", 10, timedelta(days=1)),
)
"""The contract names no numbers: enough for a supervisor's work, far too few to copy the customers."""
LONGEST_WINDOW: Final = max(quota.window for quota in REVEAL_QUOTAS)


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A quota that is used up, and the seconds until one of its reveals is out of its window."""

    quota: RevealQuota
    wait: int


def exhausted_quota(reveals: Sequence[datetime], now: datetime) -> Exhausted | None:
    """The quota that the next reveal waits for longest, if any; `reveals` are the earlier ones, oldest first."""
    found = [it for quota in REVEAL_QUOTAS if (it := _exhausted(quota, reveals, now)) is not None]
    return max(found, key=lambda it: it.wait, default=None)


def _exhausted(quota: RevealQuota, reveals: Sequence[datetime], now: datetime) -> Exhausted | None:
    recent = [at for at in reveals if at > now - quota.window]
    if len(recent) < quota.quota:
        return None
    return Exhausted(quota, seconds_until(recent[-quota.quota] + quota.window, now))
