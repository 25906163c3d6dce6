"""Comparing our book with the gateway's or the bank's, reference by reference. Pure; who reads the books is elsewhere.

A reference is an attempt's id: of a payment, top-up or withdrawal, of a micro-deposit or its claw-back.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Booked:
    """What a book says of a reference: an amount in minor units; what was given back of it is a negative one."""

    reference: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A reference of which the two books say different things; `explained` where its outcome isn't known to us yet."""

    reference: str
    ours_minor: int
    theirs_minor: int
    explained: bool


def compare_books(
    ours: Iterable[Booked], theirs: Iterable[Booked], open_references: Collection[str]
) -> list[Difference]:
    """Every reference whose sums differ, by reference; a reference that a book lacks counts as zero there.

    Money may have moved outside for a reference that is still open here, and only there: where we say that it was done
    and they don't, nothing explains it.
    """
    our_sums, their_sums = _sums(ours), _sums(theirs)
    return [
        Difference(
            reference,
            our_sums[reference],
            their_sums[reference],
            explained=reference in open_references and our_sums[reference] == 0,
        )
        for reference in sorted(our_sums.keys() | their_sums.keys())
        if our_sums[reference] != their_sums[reference]
    ]


def _sums(book: Iterable[Booked]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for booked in book:
        sums[booked.reference] += booked.amount_minor
    return sums
