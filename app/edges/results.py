"""What a call to the outside can come back with. Data only: what follows is decided above."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What is certain about a call that acts (contract, section 4, the trustworthy rule)."""

    SUCCEEDED = "succeeded"
    """The other side says that it did it."""
    FAILED = "failed"
    """Certainly not done: the other side refused, or the request never left."""
    UNKNOWN = "unknown"
    """It may have been done: only an inquiry by our own reference can tell."""


class FindingState(StrEnum):
    """What an inquiry or a cancel found out about an earlier call."""

    DONE = "done"
    """The movement happened; a cancel came too late."""
    FAILED = "failed"
    """The other side refused it and will not do it."""
    NONE = "none"
    """Not seen *yet*: a late request may still arrive, so cancel before calling it failed."""
    CANCELLED = "cancelled"
    """It did not happen, and the other side has promised that it never will."""
    UNKNOWN = "unknown"
    """Nothing was learnt, whatever the reason: ask again later."""


class Problem(StrEnum):
    """Why a call did not succeed. The domains map these to the codes of contract, section 4."""

    DNS_FAILURE = "dns_failure"
    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    READ_TIMEOUT = "read_timeout"
    CONNECTION_RESET = "connection_reset"
    UNAVAILABLE = "unavailable"
    MAINTENANCE = "maintenance"
    BAD_RESPONSE = "bad_response"
    NOT_CONFIGURED = "not_configured"
    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_FROZEN = "card_frozen"
    CARD_EXPIRED = "card_expired"
    RISK = "risk"
    LIMIT_EXCEEDED = "limit_exceeded"
    CANCELLED = "cancelled"
    """The reference was cancelled before this call arrived, so nothing was done."""


REFUSALS: Final = frozenset(
    {
        Problem.DECLINED,
        Problem.INSUFFICIENT_FUNDS,
        Problem.CARD_FROZEN,
        Problem.CARD_EXPIRED,
        Problem.RISK,
        Problem.LIMIT_EXCEEDED,
    }
)
"""The other side decided against it; whatever else went wrong may be asked again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call that acts.

    `problem` is set unless `outcome` is succeeded. `external_id` is the other side's own id where
    it gave one. `http_status` is None where no HTTP answer was read (and always for mail).
    `latency_ms` is real time from the start of the call, connecting included.
    """

    outcome: Outcome
    problem: Problem | None
    external_id: str | None
    http_status: int | None
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to an inquiry or a cancel; the fields are those of `Answer`.

    `problem` is set for failed (why the other side refused) and for unknown (why nothing was
    learnt); a failed movement whose reason the other side does not tell carries `declined`.
    """

    state: FindingState
    problem: Problem | None
    external_id: str | None
    http_status: int | None
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What a callback tells of `reference`: the finding that an inquiry would have made, unasked.

    Amount (minor units) and currency are always there where it says that the movement happened.
    """

    reference: str
    finding: Finding
    amount_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class SettledLine:
    """Money that the other side says it moved, and what it gave back of it since; minor units."""

    reference: str
    amount_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class Settlements:
    """The other side's whole book, oldest first; or no line, and the problem that was in the way."""

    lines: Sequence[SettledLine]
    problem: Problem | None
