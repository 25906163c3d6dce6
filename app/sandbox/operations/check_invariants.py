"""Asks whether everything is true that must be true at every moment, the world's books included."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.ledger.invariants import Check, check_ledger
from app.payments.books import OurBook, holds_without_payment, our_book
from app.payments.operations.reconcile import TheirBooks, find_differences
from app.payments.reconciliation import Booked, Difference
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
    """A book that must agree with ours, and how the world shows it."""

    name: str
    side: str
    theirs: Callable[[World], list[Booked]]


def check_invariants(deps: SandboxDependencies) -> Report:
    """Check the ledger, the holds, and our book against the gateway's and the bank's.

    A difference that an open outcome explains is named and all is well. Raises BUSY where the world is out of reach.
    """
    with deps.database.snapshot() as tx:
        checks = [*check_ledger(tx), _holds(holds_without_payment(tx))]
        before = our_book(tx)
    theirs = {
        books.side: books.theirs(deps.world) for books in _BOOKS if _is_simulated(deps, books)
    }
    found = find_differences(before, theirs, lambda: _read_again(deps))
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
    _Books("our_book_equals_the_gateways", "gateway", _charged),
    _Books("our_book_equals_the_banks", "bank", _moved),
)


def _is_simulated(deps: SandboxDependencies, books: _Books) -> bool:
    return deps.world.exists and books.side in deps.simulated


def _read_again(deps: SandboxDependencies) -> OurBook:
    with deps.database.transaction():
        pass  # where a reset has emptied their books and not yet ours, this waits for it and raises
    with deps.database.snapshot() as tx:
        return our_book(tx)


def _holds(wrong: list[str]) -> Check:
    said = f"nothing is open for {_named(wrong)}" if wrong else "every hold"
    return Check("no_hold_without_open_payment", not wrong, said)


def _comparison(books: _Books, found: dict[str, list[Difference]], theirs: TheirBooks) -> Check:
    if books.side not in found:
        return Check(books.name, ok=True, detail=f"{books.side} is not simulated here")
    differences = found[books.side]
    ok = all(each.explained for each in differences)
    said = _named([_said(each) for each in differences])
    return Check(books.name, ok, said or f"{len(theirs[books.side])} movements")


def _said(difference: Difference) -> str:
    why = "explained: its outcome is still open" if difference.explained else "unexplained"
    return (
        f"{difference.reference}: {difference.name}, ours {difference.ours_minor}, "
        f"theirs {difference.theirs_minor} ({why})"
    )


def _named(each: Sequence[str]) -> str:
    more = f"; and {len(each) - NAMED_AT_MOST} more" if len(each) > NAMED_AT_MOST else ""
    return "; ".join(each[:NAMED_AT_MOST]) + more
