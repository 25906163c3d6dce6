"""Numbers and words of the hotline (contract, sections 7 and 8). No database in here."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

CODE_LENGTH: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=10)
"""Contract, section 7."""
CODES_DRAWN: Final = 20
"""How often a code is drawn anew that another user holds already. With a tenth of all codes given out, 20 in a row
miss once in 10^20 times."""

CODE_TRIES: Final = 5
"""Wrong codes per call; after them it can't be verified any more."""
GUESSES: Final = 10
GUESSES_WINDOW: Final = timedelta(hours=1)
"""Wrong call codes of one agent, over all calls and lookups. With a million codes, one that is guessed right is out of
reach; an agent who mishears ten callers an hour has another problem."""

VERIFIED_FOR: Final = timedelta(hours=1)
"""How long a call code speaks for the caller, in a call that goes on."""
AFTER_THE_CALL: Final = timedelta(minutes=10)
"""How long it still does once the call has ended: an agent finishes what was asked for."""
LONGEST_CALL: Final = timedelta(hours=4)
"""One that goes on for longer was forgotten by its agent, and is ended."""

NOTES_MAX: Final = 4000


class Direction(StrEnum):
    """Who called."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Fact(StrEnum):
    """What a caller can know of the account that changes with its use: never a birthday or an address (support.md)."""

    RECENT_PAYMENT = "recent_payment"
    RECENT_TOP_UP = "recent_top_up"
    RECENT_CARD_CHANGE = "recent_card_change"
    OPEN_CASE = "open_case"


class JobKind(StrEnum):
    """What becomes due on a call."""

    END = "calls.end"


class CallStatus(StrEnum):
    """An ended call stays ended."""

    ACTIVE = "active"
    ENDED = "ended"
