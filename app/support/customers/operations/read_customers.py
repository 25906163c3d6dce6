"""Read a customer for an agent: each operation reads, records the look, and only then returns."""

from collections.abc import Collection
from typing import Final

from app.auth.queries import get_user
from app.banking.models import BankCard
from app.banking.queries import list_cards
from app.core.pagination import Page, PageRequest
from app.payments.queries import InstructionRecord, PaymentFilter, list_instructions
from app.payments.rules import Kind
from app.support.customers import queries
from app.support.customers.queries import CUSTOMER_FIELDS, Customer, CustomerSession
from app.support.customers.timeline.accounts import ACCOUNT_SOURCES
from app.support.customers.timeline.desk import DESK_SOURCES
from app.support.customers.timeline.entries import Entry, EntryType
from app.support.customers.timeline.money import MONEY_SOURCES
from app.support.customers.timeline.reading import read_timeline as read_entries
from app.support.dependencies import SupportDependencies
from app.support.looks import Look, Looker, record_look

SOURCES: Final = (*MONEY_SOURCES, *ACCOUNT_SOURCES, *DESK_SOURCES)


def read_customer(deps: SupportDependencies, who: Looker, customer_id: str) -> Customer:
    """The customer, masked. Raises NOT_FOUND."""
    with deps.database.snapshot() as tx:
        customer = queries.read_customer(tx, customer_id)
    record_look(deps, who, Look("read_customer", customer_id, CUSTOMER_FIELDS))
    return customer


def read_timeline(
    deps: SupportDependencies,
    who: Looker,
    customer_id: str,
    types: Collection[EntryType],
    page: PageRequest,
) -> Page[Entry]:
    """Everything that happened to the customer, or what is of `types`, newest first. Raises NOT_FOUND."""
    with deps.database.snapshot() as tx:
        get_user(tx, customer_id)
        found = read_entries(tx, customer_id, types, page, SOURCES)
    shown = tuple(sorted({entry.type.value for entry in found.data}))
    record_look(deps, who, Look("read_timeline", customer_id, shown))
    return found


def read_payments(
    deps: SupportDependencies,
    who: Looker,
    customer_id: str,
    wanted: PaymentFilter,
    page: PageRequest,
) -> Page[InstructionRecord]:
    """The customer's payments, newest first. Raises NOT_FOUND."""
    with deps.database.snapshot() as tx:
        get_user(tx, customer_id)
        found = list_instructions(tx, customer_id, Kind.PAYMENT, page, wanted)
    record_look(deps, who, Look("read_payments", customer_id, ("payments", "attempts")))
    return found


def read_bank_cards(
    deps: SupportDependencies, who: Looker, customer_id: str, status: str, page: PageRequest
) -> Page[BankCard]:
    """The customer's cards of a status or `all`, newest first. Raises NOT_FOUND."""
    with deps.database.snapshot() as tx:
        get_user(tx, customer_id)
        found = list_cards(tx, customer_id, status, page)
    seen = ("last4", "holder_name_masked", "status")
    record_look(deps, who, Look("read_bank_cards", customer_id, seen))
    return found


def read_sessions(
    deps: SupportDependencies, who: Looker, customer_id: str, page: PageRequest
) -> Page[CustomerSession]:
    """The customer's sign-ins, also those that are over, newest first. Raises NOT_FOUND."""
    with deps.database.snapshot() as tx:
        get_user(tx, customer_id)
        found = queries.list_sessions(tx, customer_id, page)
    record_look(deps, who, Look("read_sessions", customer_id, ("devices", "times")))
    return found
