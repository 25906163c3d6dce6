"""Which payment, or which sight of the phone, is meant by a rough time, an amount and perhaps a hint. Pure.

Scores and windows: support.md, "Diagnosis of a failed payment". Reading the candidates is in `candidates.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from app.support.diagnosis.amounts import LIKELY, POINTS, AmountFit, fit_of

WINDOWS: Final = (
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How far off the remembered time may be; the next one only where this one lists nobody."""
WIDEST: Final = WINDOWS[-1]
WITHOUT_A_TIME: Final = timedelta(days=30)
"""How far back is looked where only an amount is remembered; support.md is silent."""

LISTED_FROM: Final = 40
CHOSEN_FROM: Final = 80
CHOSEN_LEAD: Final = 20
TIME_EXACT: Final = 50
HINT: Final = 10
MOST_LISTED: Final = 20
AMOUNT_REASONS: Final = frozenset[str](AmountFit)

SAME_REQUEST: Final = timedelta(minutes=2)
"""A phone that gave up, and a payment of the same amount recorded so close to it, are one request."""


class CandidateKind(IntEnum):
    """Ordered by what counts more when both fit alike: what we recorded before what a phone tells."""

    CLIENT_EVENT = 0
    PAYMENT = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be meant: `amount_minor` (None where it is not known) moved, or was to move, at `moments`.

    A payment is a candidate by its attempts and ledger entries, and by each of its refunds once more.
    """

    kind: CandidateKind
    id: str
    amount_minor: int | None
    merchant_id: str | None
    moments: Sequence[datetime]
    card_last4: str | None = None


@dataclass(frozen=True, slots=True)
class Recollection:
    """What is remembered, at least an amount (minor units) or a time; merchant and card are hints."""

    amount_minor: int | None
    at: datetime | None
    merchant_id: str | None = None
    card_last4: str | None = None


class HintKind(StrEnum):
    """Reasons of a score beside those of the amount (`AmountFit`)."""

    TIME = "time"
    MERCHANT = "merchant"
    CARD = "card_last4"


@dataclass(frozen=True, slots=True)
class Listed:
    """A candidate with its score, 0–120, and the reasons for it; `away` is how far off the time is, if one is known."""

    candidate: Candidate
    score: float
    reasons: tuple[str, ...]
    away: timedelta | None


def list_plausible(candidates: Iterable[Candidate], recollection: Recollection) -> Sequence[Listed]:
    """What fits in the narrowest window that lists any, best first, for a user's own call.

    It must have the amount, or one that a likely slip explains: a time alone does not make a payment the one meant.
    """
    plausible = [it for it in candidates if _may_be_amount(it.amount_minor, recollection)]
    return list_candidates(plausible, recollection)


def list_candidates(
    candidates: Iterable[Candidate], recollection: Recollection
) -> Sequence[Listed]:
    """What fits in the narrowest window that lists any, best first; one payment once, by what fits best of it."""
    everything = list(candidates)
    windows = WINDOWS if recollection.at is not None else (WITHOUT_A_TIME,)
    for window in windows:
        rated = (rate(it, recollection, window) for it in everything)
        listed = [it for it in rated if it.score >= LISTED_FROM]
        if listed:
            return _best_of_each(listed)[:MOST_LISTED]
    return []


def list_near_misses(
    candidates: Iterable[Candidate], recollection: Recollection
) -> Sequence[Listed]:
    """What has the amount, or one that a slip or a wrong digit explains, in the widest window, best first.

    No score is too low: whoever mistook both the amount and the hour has paid all the same.
    """
    if recollection.amount_minor is None:
        return []
    window = WIDEST if recollection.at is not None else WITHOUT_A_TIME
    rated = (rate(it, recollection, window) for it in candidates)
    return _best_of_each(it for it in rated if not AMOUNT_REASONS.isdisjoint(it.reasons))


def is_certain(listed: Sequence[Listed]) -> bool:
    """Whether the first of a list may be taken without asking back: 80 points, and 20 more than the next."""
    if not listed or listed[0].score < CHOSEN_FROM:
        return False
    return len(listed) == 1 or listed[0].score - listed[1].score >= CHOSEN_LEAD


def rivals_of_first(listed: Sequence[Listed]) -> Sequence[Listed]:
    """What may be meant as well as the first: less than 20 points behind it."""
    return [it for it in listed[1:] if listed[0].score - it.score < CHOSEN_LEAD]


def rate(candidate: Candidate, recollection: Recollection, window: timedelta) -> Listed:
    """A candidate's points by amount, time and hints, and what they are for; none outside the window."""
    points: list[tuple[str, float]] = []
    away = _away(candidate, recollection)
    if away is not None:
        if away > window:
            return Listed(candidate, 0, (), away)
        points.append((HintKind.TIME, TIME_EXACT * (1 - away / window)))
    if recollection.amount_minor is not None and candidate.amount_minor is not None:
        fit = fit_of(candidate.amount_minor, recollection.amount_minor)
        if fit is not None:
            points.insert(0, (fit, POINTS[fit]))
    points.extend((hint, HINT) for hint in _hints(candidate, recollection))
    reasons = tuple(reason for reason, worth in points if worth > 0)
    return Listed(candidate, sum(worth for _, worth in points), reasons, away)


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
    if actual is None or recollection.amount_minor is None:
        return True
    return fit_of(actual, recollection.amount_minor) in LIKELY


def _away(candidate: Candidate, recollection: Recollection) -> timedelta | None:
    at = recollection.at
    return None if at is None else min(abs(moment - at) for moment in candidate.moments)


def _hints(candidate: Candidate, recollection: Recollection) -> Iterable[HintKind]:
    hinted = (
        (HintKind.MERCHANT, recollection.merchant_id, candidate.merchant_id),
        (HintKind.CARD, recollection.card_last4, candidate.card_last4),
    )
    return (kind for kind, wanted, found in hinted if wanted is not None and wanted == found)


def _best_of_each(listed: Iterable[Listed]) -> list[Listed]:
    """Best first; what fits alike by kind, then the newest."""
    ordered = sorted(
        listed,
        key=lambda it: (it.score, it.candidate.kind, it.candidate.moments[-1], it.candidate.id),
        reverse=True,
    )
    once: dict[tuple[CandidateKind, str], Listed] = {}
    for it in ordered:
        once.setdefault((it.candidate.kind, it.candidate.id), it)
    return list(once.values())
