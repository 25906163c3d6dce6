"""Comparing our book with the gateway's or the bank's, reference by reference. Pure; who reads the books is elsewhere.

A reference is an attempt's id: of a payment, top-up or withdrawal, of a micro-deposit or its claw-back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Booked:
    """What a book says of a reference: an amount in minor units; what was given back of it is a negative one."""

    reference: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A reference of which the two books say different things; `explained` where an open outcome can be the cause."""

    reference: str
    ours_minor: int
    theirs_minor: int
    explained: bool

    @property
    def name(self) -> str:
        """What kind of difference it is."""
        if self.ours_minor and self.theirs_minor:
            return "amounts_differ"
        return "missing_in_our_book" if self.theirs_minor else "missing_in_their_book"


def compare_books(
    ours: Iterable[Booked],
    theirs: Iterable[Booked],
    open_changes: Mapping[str, Sequence[int]],
) -> list[Difference]:
    """Every reference whose sums differ, by reference; a reference that a book lacks counts as zero there.

    `open_changes` are the amounts that may have moved outside without our knowing yet, by reference: a charge that is
    open, a refund on its way (negative). They explain a difference that some of them make up; where we say that money
    was taken and they don't, nothing does.
    """
    our_sums, their_sums = _sums(ours), _sums(theirs)
    return [
        Difference(
            reference,
            our_sums[reference],
            their_sums[reference],
            explained=their_sums[reference] - our_sums[reference]
            in _sums_of_some(open_changes.get(reference, ())),
        )
        for reference in sorted(our_sums.keys() | their_sums.keys())
        if our_sums[reference] != their_sums[reference]
    ]


def _sums_of_some(amounts: Sequence[int]) -> set[int]:
    """What any choice of these amounts can come to; they are few."""
    sums = {0}
    for amount in amounts:
        sums |= {each + amount for each in sums}
    return sums


def _sums(book: Iterable[Booked]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for booked in book:
        sums[booked.reference] += booked.amount_minor
    return sums
