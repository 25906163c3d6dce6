"""Compare our book with the gateway's and the bank's while the wallet goes on working."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from app.edges.protocols import Bank, Gateway
from app.edges.results import Problem
from app.payments.books import OurBook, our_book
from app.payments.operations import PaymentDependencies
from app.payments.reconciliation import Booked, Difference, compare_books

SIDES: Mapping[str, Callable[[OurBook], Sequence[Booked]]] = {
    "gateway": lambda book: book.gateway,
    "bank": lambda book: book.bank,
}
"""Who keeps a book beside ours, and where ours says what they did."""

TheirBooks = Mapping[str, Sequence[Booked]]


@dataclass(frozen=True, slots=True)
class SideReport:
    """What came of one comparison: how many lines they have, and every difference; or why there is none."""

    side: str
    lines: int
    differences: Sequence[Difference]
    problem: Problem | None = None

    @property
    def ok(self) -> bool:
        """Whether their book was read, and every difference has an open outcome that explains it."""
        return self.problem is None and all(each.explained for each in self.differences)


def reconcile(deps: PaymentDependencies) -> list[SideReport]:
    """Read the settled lines of gateway and bank and compare them with ours; nothing is changed."""
    before = _read(deps)
    edges: dict[str, Gateway | Bank] = {"gateway": deps.gateway, "bank": deps.bank}
    books = {side: edge.settlements() for side, edge in edges.items()}
    theirs = {
        side: [Booked(it.reference, it.amount_minor - it.refunded_minor) for it in book.lines]
        for side, book in books.items()
        if book.problem is None
    }
    found = find_differences(before, theirs, lambda: _read(deps))
    return [
        SideReport(side, len(theirs.get(side, ())), found.get(side, ()), book.problem)
        for side, book in books.items()
    ]


def find_differences(
    before: OurBook, theirs: TheirBooks, read_again: Callable[[], OurBook]
) -> dict[str, list[Difference]]:
    """The differences per side, where `before` was read before their books.

    Where one has no explanation, ours is read again, after theirs: only what differs from both readings is a
    difference, since the rest began or ended meanwhile.
    """
    found = _compare(before, theirs)
    if all(each.explained for each in chain(*found.values())):
        return found
    after = _compare(read_again(), theirs)
    return {side: _in_both(found[side], after[side]) for side in found}


def _compare(ours: OurBook, theirs: TheirBooks) -> dict[str, list[Difference]]:
    return {
        side: compare_books(SIDES[side](ours), book, ours.open_changes)
        for side, book in theirs.items()
    }


def _in_both(before: list[Difference], after: list[Difference]) -> list[Difference]:
    """What differed at both readings; explained once is explained."""
    explained = {each.reference: each.explained for each in after}
    return [
        Difference(
            each.reference,
            each.ours_minor,
            each.theirs_minor,
            each.explained or explained[each.reference],
        )
        for each in before
        if each.reference in explained
    ]


def _read(deps: PaymentDependencies) -> OurBook:
    with deps.database.snapshot() as tx:
        return our_book(tx)
