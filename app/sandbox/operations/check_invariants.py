"""Asks whether everything is true that must be true at every moment, the world's books included."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from app.ledger.invariants import Check, check_ledger
from app.payments.books import OurBook, holds_without_payment, our_book
from app.payments.reconciliation import Booked, Difference, compare_books
from app.sandbox.operations import SandboxDependencies
from app.sandbox.world import World

NAMED_AT_MOST = 20
_CHARGED = frozenset({"captured", "refunded"})
_MOVED = frozenset({"paid", "posted", "reversed"})


@dataclass(frozen=True, slots=True)
class Report:
    """All checks; `ok` where each one is."""

    checks: Sequence[Check]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.ok for check in self.checks)


@dataclass(frozen=True, slots=True)
class _Books:
    """Two books that must agree, and how each side is read."""

    name: str
    target: str
    ours: Callable[[OurBook], Sequence[Booked]]
    theirs: Callable[[World], list[Booked]]


def check_invariants(deps: SandboxDependencies) -> Report:
    """Check the ledger, the holds, and our book against the gateway's and the bank's.

    A difference that an open movement explains is named and all is well. Our side is read from one snapshot, then
    theirs, then ours again where something differs: what settled or began meanwhile is no difference. Raises BUSY where
    the world is out of reach.
    """
    with deps.database.snapshot() as tx:
        checks = [*check_ledger(tx), _holds(holds_without_payment(tx))]
        before = our_book(tx)
    compared = [books for books in _BOOKS if _is_simulated(deps, books)]
    theirs = {books.name: books.theirs(deps.world) for books in compared}
    found = {books.name: _differences(books, before, theirs) for books in compared}
    if any(not each.explained for each in chain(*found.values())):
        after = _read_again(deps)
        found = {
            books.name: _in_both(found[books.name], _differences(books, after, theirs))
            for books in compared
        }
    return Report([*checks, *(_comparison(books, found, theirs) for books in _BOOKS)])


def _charged(world: World) -> list[Booked]:
    return [
        Booked(charge["reference"], charge["amount"] - charge["refunded_amount"])
        for charge in world.charges()
        if charge["status"] in _CHARGED
    ]


def _moved(world: World) -> list[Booked]:
    return [
        Booked(movement["reference"], movement["amount"])
        for movement in world.movements()
        if movement["status"] in _MOVED
    ]


_BOOKS = (
    _Books("our_book_equals_the_gateways", "gateway", lambda book: book.gateway, _charged),
    _Books("our_book_equals_the_banks", "bank", lambda book: book.bank, _moved),
)


def _is_simulated(deps: SandboxDependencies, books: _Books) -> bool:
    return deps.world.exists and books.target in deps.simulated


def _differences(books: _Books, book: OurBook, theirs: dict[str, list[Booked]]) -> list[Difference]:
    return compare_books(books.ours(book), theirs[books.name], book.open_changes)


def _read_again(deps: SandboxDependencies) -> OurBook:
    with deps.database.transaction():
        pass  # where a reset has emptied their books and not yet ours, this waits for it and raises
    with deps.database.snapshot() as tx:
        return our_book(tx)


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


def _holds(wrong: list[str]) -> Check:
    said = f"nothing is open for {_named(wrong)}" if wrong else "every hold"
    return Check("no_hold_without_open_payment", not wrong, said)


def _comparison(
    books: _Books, found: dict[str, list[Difference]], theirs: dict[str, list[Booked]]
) -> Check:
    if books.name not in found:
        return Check(books.name, ok=True, detail=f"{books.target} is not simulated here")
    differences = found[books.name]
    ok = all(each.explained for each in differences)
    said = _named([_said(each) for each in differences])
    return Check(books.name, ok, said or f"{len(theirs[books.name])} movements")


def _said(difference: Difference) -> str:
    why = "explained: its outcome is still open" if difference.explained else "unexplained"
    return (
        f"{difference.reference}: ours {difference.ours_minor}, "
        f"theirs {difference.theirs_minor} ({why})"
    )


def _named(each: Sequence[str]) -> str:
    more = f"; and {len(each) - NAMED_AT_MOST} more" if len(each) > NAMED_AT_MOST else ""
    return "; ".join(each[:NAMED_AT_MOST]) + more
