"""What the wallet, and the gateway, say in the end: read over HTTP, as data for the judge."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from soak.customers import Customer, insist, read
from soak.errands import PAYMENT, TOP_UP, TRANSFER, WITHDRAWAL
from soak.wire import Wire

TRANSFER_IN = "transfer_in"
SUCCEEDED, FAILED, PROCESSING, MANUAL_REVIEW = (
    "succeeded",
    "failed",
    "processing",
    "manual_review",
)
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Movement:
    """One payment, transfer, top-up or withdrawal as its user's list shows it; amount in minor units.

    `mark` is what errands.py put into it, `card` a payment's source, `attempts` the references that were sent outside.
    """

    id: str
    kind: str
    amount: int
    status: str
    mark: str
    card: bool = False
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One user's wallet and every movement of it."""

    user: str
    total: int
    held: int
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """Everything. `captured` is what the gateway has taken and not given back, by reference; `broken` invariants."""

    accounts: tuple[Account, ...]
    captured: Counter[str] = field(default_factory=Counter)
    broken: tuple[str, ...] = ()


def read_books(wire: Wire, customers: list[Customer]) -> Books:
    """Read all of it; nothing may be moving any more. Raises NoAnswerError."""
    charges = insist(wire, "GET", "/sandbox/v1/gateway/charges").document["data"]
    captured: Counter[str] = Counter()
    for charge in charges:
        captured[charge["reference"]] += charge["amount"] * (charge["status"] == "captured")
    report = insist(wire, "GET", "/sandbox/v1/invariants").document
    return Books(
        accounts=tuple(_account(wire, customer) for customer in customers),
        captured=captured,
        broken=tuple(broken_checks(report)),
    )


def _account(wire: Wire, customer: Customer) -> Account:
    wallet = read(wire, customer, "/v1/wallet")
    movements = (
        *(_payment(row) for row in _rows(wire, customer, "/v1/payments")),
        *(_transfer(row) for row in _rows(wire, customer, "/v1/transfers")),
        *(_card_movement(TOP_UP, row) for row in _rows(wire, customer, "/v1/top-ups")),
        *(_card_movement(WITHDRAWAL, row) for row in _rows(wire, customer, "/v1/withdrawals")),
    )
    return Account(customer.id, wallet["total"], wallet["held"], movements)


def _rows(wire: Wire, customer: Customer, path: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        page = read(wire, customer, f"{path}?limit={_PAGE}{cursor}")
        yield from page["data"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def _payment(row: dict[str, Any]) -> Movement:
    card = row["source"]["type"] == "bank_card"
    mark = row["merchant_order_no"] or ""
    return Movement(row["id"], PAYMENT, row["amount"], row["status"], mark, card, _attempts(row))


def _transfer(row: dict[str, Any]) -> Movement:
    kind = TRANSFER if row["direction"] == "out" else TRANSFER_IN
    return Movement(row["id"], kind, row["amount"], row["status"], row["note"] or "")


def _card_movement(kind: str, row: dict[str, Any]) -> Movement:
    mark = str(row["amount"])
    return Movement(row["id"], kind, row["amount"], row["status"], mark, True, _attempts(row))


def _attempts(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(attempt["id"] for attempt in row["attempts"])


def broken_checks(report: Any) -> list[str]:
    """`name: detail` of each invariant that does not hold."""
    return [f"{it['name']}: {it.get('detail')}" for it in report["checks"] if not it["ok"]]
