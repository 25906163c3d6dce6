"""How sure we are that whoever speaks is who they say: L0 to L4 of support.md, and what a call or conversation gives.

What each level allows is in actions/rules.py. Static knowledge (a birthday, an address) gives no level at all.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """Levels compare as they are written: `Level.CODE >= Level.NUMBER`."""

    UNKNOWN = "L0"
    """Somebody."""
    NUMBER = "L1"
    """The number or address matches: a claim, which anybody can forge."""
    FACT = "L2"
    """A fact from the account, confirmed by an agent."""
    CODE = "L3"
    """The logged-in app: a call code read out, or words written in it."""
    FRESH_CODE = "L4"
    """The same, with a login that is fresh."""


FRESH_LOGIN: Final = timedelta(minutes=15)
"""A login counts as fresh for as long as its first access token (contract, section 10)."""


def level_of_login(logged_in_at: datetime, now: datetime) -> Level:
    """What the logged-in app gives, by when its session began."""
    return Level.FRESH_CODE if now - logged_in_at <= FRESH_LOGIN else Level.CODE
