"""One customer: the masked card, one timeline that can be filtered, payments, cards, sign-ins; a field uncovered."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.auth.rules import Role
from app.banking.queries import ALL, view_of
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_form
from app.console.looking import contact_of, level_in, looker_of, read_reason
from app.console.pages import Pages, Shown, Visit
from app.payments.presenting import present_payment
from app.payments.queries import PaymentFilter
from app.support.customers.operations import read_customers as reading
from app.support.customers.operations.reveal_field import reveal_field
from app.support.customers.rules import SHOWN_FOR, RevealField
from app.support.customers.schemas import RevealRequestSchema
from app.support.customers.timeline.entries import EntryType
from app.support.looks import Looker

pages = Pages()

TIMELINE: Final = "timeline"
_TYPES: Final = {entry_type.value: entry_type for entry_type in EntryType}
Reader = Callable[[ConsoleDependencies, Looker, str, Visit], Any]
"""Each answers a page of what its template shows."""


@pages.get("/customers/<customer_id>")
def show_customer(deps: ConsoleDependencies, visit: Visit, customer_id: str) -> Shown:
    """The card and one of the lists; without a reason the form that asks for it."""
    who = looker_of(visit, customer_id)
    if who is None:
        return Shown("customers/why.html", {"customer_id": customer_id})
    customer = reading.read_customer(deps.support, who, customer_id)
    wanted = visit.query.get("show", TIMELINE)
    show = wanted if wanted in _READERS else TIMELINE
    contact = contact_of(who.reason)
    values = {
        "customer": customer,
        "why": who.reason,
        "contact": contact,
        "level": level_in(deps, visit, customer_id, contact),
        "show": show,
        "shows": tuple(_READERS),
        "found": _READERS[show](deps, who, customer_id, visit),
        "types": tuple(_TYPES),
        "chosen": _chosen(visit),
        "fields": tuple(RevealField),
    }
    return Shown("customers/customer.html", values, keeps_reason=(customer_id, who.reason))


@pages.post("/customers/<customer_id>/reveal", role=Role.SUPERVISOR)
def reveal(deps: ConsoleDependencies, visit: Visit, customer_id: str) -> Shown:
    """One field in full, for a minute; the customer sees who looked, and why."""
    body = read_form(visit, RevealRequestSchema)
    who = Looker(visit.me.id, read_reason(visit.word("why", "")))
    revealed = reveal_field(deps.support, who, customer_id, RevealField(body["field"]))
    seconds = int(SHOWN_FOR.total_seconds())
    values = {"revealed": revealed, "seconds": seconds, "customer_id": customer_id}
    return Shown("customers/revealed.html", values)


def _chosen(visit: Visit) -> tuple[str, ...]:
    """The types that the timeline is narrowed to; none is all."""
    asked = visit.query.get("type", "").split(",")
    return tuple(name for name in _TYPES if name in asked)


def _timeline(deps: ConsoleDependencies, who: Looker, customer_id: str, visit: Visit) -> Any:
    types = {_TYPES[name] for name in _chosen(visit)}
    return reading.read_timeline(deps.support, who, customer_id, types, visit.page)


def _payments(deps: ConsoleDependencies, who: Looker, customer_id: str, visit: Visit) -> Any:
    found = reading.read_payments(deps.support, who, customer_id, PaymentFilter(), visit.page)
    return found.map(lambda record: present_payment(record, visit.locale))


def _cards(deps: ConsoleDependencies, who: Looker, customer_id: str, visit: Visit) -> Any:
    found = reading.read_bank_cards(deps.support, who, customer_id, ALL, visit.page)
    return found.map(lambda card: view_of(card, visit.locale))


def _sessions(deps: ConsoleDependencies, who: Looker, customer_id: str, visit: Visit) -> Any:
    return reading.read_sessions(deps.support, who, customer_id, visit.page)


_READERS: Final[Mapping[str, Reader]] = {
    TIMELINE: _timeline,
    "payments": _payments,
    "cards": _cards,
    "sessions": _sessions,
}
