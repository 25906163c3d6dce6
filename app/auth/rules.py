"""What accounts allow: purposes, doors, numbers (contract, sections 3 and 10). No database in here.

What a good password is, is in `passwords/`; what an identifier is, in `identifiers.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.core.days import day_bounds, seconds_until

CODE_LENGTH: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=5)
CODE_TRIES: Final = 5
RESEND_AFTER: Final = timedelta(seconds=60)
CHALLENGE_LIFETIME: Final = timedelta(hours=1)
"""How long a challenge can be resent; the contract is silent. Whoever is later begins anew."""
TOKEN_LIFETIME: Final = timedelta(minutes=10)
GUESSES_A_DAY: Final = 25
BOOKED_TRY_LIFETIME: Final = timedelta(seconds=15)
"""A try without a verdict after so long counts as wrong: its process died. Hashing takes well under a second."""

ACCESS_LIFETIME: Final = timedelta(minutes=15)
REFRESH_LIFETIME: Final = timedelta(days=30)
SESSION_LIFETIME: Final = timedelta(days=90)
"""The absolute end of a session, however often it is refreshed; the contract is silent."""
SEEN_RESOLUTION: Final = timedelta(minutes=1)

AGENT_IDLE: Final = timedelta(minutes=15)
AGENT_SESSION_LIFETIME: Final = timedelta(hours=8)
AGENT_SEEN_RESOLUTION: Final = timedelta(seconds=5)
"""Finer than a user's, since an agent's session ends by it."""
TOTP_STEP_SECONDS: Final = 30
TOTP_WINDOW_STEPS: Final = 1
"""The step before and the one after count too, since clocks differ (RFC 6238, section 5.2)."""
RECOVERY_CODES: Final = 10

PASSWORD_FREE_LIMIT_DEFAULT: Final = 20_000
PASSWORD_FREE_LIMIT_MAX: Final = 100_000
DISPLAY_NAME_MAX: Final = 64


class AccountStatus(StrEnum):
    """A frozen account can sign in and read; no money leaves it."""

    ACTIVE = "active"
    FROZEN = "frozen"


class Purpose(StrEnum):
    """What a verification code is asked for; a token opens nothing else."""

    REGISTER = "register"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    RESET_TRANSACTION_PASSWORD = "reset_transaction_password"  # noqa: S105 - a purpose
    ADD_IDENTIFIER = "add_identifier"


FOR_NEW_IDENTIFIERS: Final = frozenset({Purpose.REGISTER, Purpose.ADD_IDENTIFIER})
"""Purposes that concern an identifier which no account has yet; the others need an account."""


class TokenKind(StrEnum):
    """The two tokens of a session."""

    ACCESS = "access"
    REFRESH = "refresh"


class Role(StrEnum):
    """An agent's role; each may do what the one before may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


def has_role(role: str | None, least: str) -> bool:
    """Whether an agent's role is `least` or above. Raises ValueError for a word that is none."""
    order = list(Role)
    return role is not None and order.index(Role(role)) >= order.index(Role(least))


class Door(StrEnum):
    """What counts wrong tries under one counter."""

    LOGIN = "login"
    TRANSACTION_PASSWORD = "transaction_password"  # noqa: S105 - a door
    AGENT_LOGIN = "agent_login"


@dataclass(frozen=True, slots=True)
class TryRules:
    """So many wrong `tries` in a row close the door for `lock`; `locks_until_reset` locks within
    `ladder` close it until a reset (None: never)."""

    tries: int
    lock: timedelta
    locks_until_reset: int | None
    ladder: timedelta


TRY_RULES: Final = {
    Door.LOGIN: TryRules(5, timedelta(minutes=30), None, timedelta(0)),
    Door.TRANSACTION_PASSWORD: TryRules(5, timedelta(minutes=30), 3, timedelta(hours=24)),
    Door.AGENT_LOGIN: TryRules(5, timedelta(minutes=30), None, timedelta(0)),
}
"""Contract, section 10; agents' logins as users'."""


@dataclass(frozen=True, slots=True)
class SendCap:
    """At most `quota` messages with codes in a window of `seconds`, to one destination unless it says otherwise."""

    name: str
    quota: int
    seconds: int


RESENDS: Final = SendCap("verification_resend", 1, 60)
SENDS_IN_TEN_MINUTES: Final = SendCap("verification_sends_10_minutes", 5, 600)
SENDS_A_DAY: Final = SendCap("verification_sends_day", 10, 86_400)
SENDS_AN_ADDRESS: Final = SendCap("address_verifications", 30, 3_600)
"""Per network address rather than per destination."""


@dataclass(frozen=True, slots=True)
class Send:
    """A code that went to a destination, or would have."""

    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """The next code is refused for `seconds` because of `cap`."""

    cap: SendCap
    seconds: int


def wait_before_send(
    sends: Sequence[Send], purpose: Purpose, now: datetime, timezone: ZoneInfo
) -> Wait | None:
    """What the next code to a destination waits for; `sends` are its earlier ones, oldest first.

    A minute for the same purpose, then the caps of the day and of ten minutes over all purposes (section 10).
    """
    same = [send.at for send in sends if send.purpose == purpose]
    if same and same[-1] + RESEND_AFTER > now:
        return Wait(RESENDS, seconds_until(same[-1] + RESEND_AFTER, now))
    today, tomorrow = day_bounds(now, timezone)
    if sum(send.at >= today for send in sends) >= SENDS_A_DAY.quota:
        return Wait(SENDS_A_DAY, seconds_until(tomorrow, now))
    window = timedelta(seconds=SENDS_IN_TEN_MINUTES.seconds)
    recent = [send.at for send in sends if send.at > now - window]
    if len(recent) >= SENDS_IN_TEN_MINUTES.quota:
        free_at = recent[-SENDS_IN_TEN_MINUTES.quota] + window
        return Wait(SENDS_IN_TEN_MINUTES, seconds_until(free_at, now))
    return None
