"""Which payment, or which sight of the phone, a user means by a rough time and an amount. Pure.

Scores and windows: support.md, "Diagnosis of a failed payment". Reading the candidates is in `gather.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

WINDOWS: Final = (
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How far off the remembered time may be; the next one only where this one lists nobody."""
WIDEST: Final = WINDOWS[-1]

LISTED_FROM: Final = 40
AMOUNT_EXACT: Final = 50
AMOUNT_CLOSE: Final = 30
AMOUNT_SLIP: Final = 25
TIME_EXACT: Final = 50
HINT: Final = 10

SAME_REQUEST: Final = timedelta(minutes=2)
"""A phone that gave up, and a payment of the same amount recorded so close to it, are one request."""


class CandidateKind(IntEnum):
    """Ordered by what counts more when both fit alike: what we recorded before what a phone tells."""

    CLIENT_EVENT = 0
    PAYMENT = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be meant. `moments` has one per attempt; `amount_minor` is None where it is not known."""

    kind: CandidateKind
    id: str
    amount_minor: int | None
    merchant_id: str | None
    moments: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Recollection:
    """What the user remembers; amount in minor units."""

    amount_minor: int
    at: datetime
    merchant_id: str | None = None


def choose(candidates: Iterable[Candidate], recollection: Recollection) -> Candidate | None:
    """The candidate that fits best in the narrowest window that lists any, for a user's own call.

    It must have the amount, or one that a slip explains: a time alone does not make a payment the one meant.
    """
    plausible = [it for it in candidates if _may_be_amount(it.amount_minor, recollection)]
    for window in WINDOWS:
        listed = [it for it in plausible if score(it, recollection, window) >= LISTED_FROM]
        if listed:
            return max(
                listed, key=lambda it: (score(it, recollection, window), it.kind, it.moments[-1])
            )
    return None


def score(candidate: Candidate, recollection: Recollection, window: timedelta) -> float:
    """0–110: how well a candidate fits, by amount, time and hint; 0 outside the window."""
    away = min(abs(moment - recollection.at) for moment in candidate.moments)
    if away > window:
        return 0
    hinted = recollection.merchant_id is not None
    hint = HINT if hinted and candidate.merchant_id == recollection.merchant_id else 0
    amount = amount_score(candidate.amount_minor, recollection.amount_minor)
    return amount + TIME_EXACT * (1 - away / window) + hint


def amount_score(actual: int | None, remembered: int) -> int:
    """How well a remembered amount fits: the same, within 1 %, a slip of the pen, or not at all."""
    if actual is None:
        return 0
    if actual == remembered:
        return AMOUNT_EXACT
    if abs(actual - remembered) * 100 <= actual:
        return AMOUNT_CLOSE
    return AMOUNT_SLIP if is_slip(actual, remembered) else 0


def is_slip(actual: int, remembered: int) -> bool:
    """Yuan for fen or fen for yuan, or two neighbouring digits swapped: `128` for `182`."""
    if actual == remembered * 100 or remembered == actual * 100:
        return True
    one, other = str(actual), str(remembered)
    wrong = [place for place in range(min(len(one), len(other))) if one[place] != other[place]]
    if len(one) != len(other) or len(wrong) != 2:
        return False
    first, second = wrong
    swapped = (one[first], one[second]) == (other[second], other[first])
    return second == first + 1 and swapped


def is_same_request(seen_by_phone: Candidate, payment: Candidate) -> bool:
    """Whether what a phone saw fail is this payment, which arrived after all: same amount, same payee, same time.

    The doubt goes to the payment: to say "we have no record, try again" would be the dearer mistake.
    """
    payees = {seen_by_phone.merchant_id, payment.merchant_id} - {None}
    (at,) = seen_by_phone.moments
    return (
        seen_by_phone.amount_minor == payment.amount_minor
        and len(payees) <= 1
        and any(abs(moment - at) <= SAME_REQUEST for moment in payment.moments)
    )


def _may_be_amount(actual: int | None, recollection: Recollection) -> bool:
    return actual is None or amount_score(actual, recollection.amount_minor) > 0
