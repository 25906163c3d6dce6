"""`/internal/v1/customers`: customers as agents see them (contract, section 8)."""

from typing import Any

from app.auth.rules import Role
from app.banking.queries import CardView, view_of
from app.banking.schemas import BankCardSchema
from app.core.errors import NOT_FOUND, RATE_LIMITED
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page
from app.payments.presenting import present_payment
from app.payments.queries import PaymentFilter
from app.payments.schemas import PaymentQuerySchema, PaymentSchema
from app.support.customers.errors import REVEAL_QUOTA_EXCEEDED
from app.support.customers.operations import read_customers as reading
from app.support.customers.operations.look_up_customers import look_up_customers as look_up
from app.support.customers.operations.reveal_field import Revealed
from app.support.customers.operations.reveal_field import reveal_field as reveal
from app.support.customers.presenting import present_entry
from app.support.customers.queries import Customer, CustomerSession
from app.support.customers.rules import LookupKey, RevealField
from app.support.customers.schemas import (
    CustomerCardQuerySchema,
    CustomerLookupSchema,
    CustomerSchema,
    CustomerSessionSchema,
    FoundCustomersSchema,
    RevealedSchema,
    RevealRequestSchema,
    TimelineEntrySchema,
    TimelineQuerySchema,
)
from app.support.customers.timeline.entries import EntryType
from app.support.dependencies import SupportDependencies
from app.support.looks import Looker

routes = Routes(
    "support_customers_agents",
    prefix="/internal/v1/customers",
    tag="Customers",
    access=Access.AGENT,
    role=Role.AGENT,
)


def looker(call: Call) -> Looker:
    """Who looks, and why."""
    return Looker(call.who.id, call.why)


@routes.post(
    "/lookup",
    body=CustomerLookupSchema,
    answers={200: FoundCustomersSchema},
    errors=(RATE_LIMITED,),
    key="ignored",  # a stored answer would be shown again past the trail
    reads_customer=True,
)
def look_up_customers(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Find customers by exactly one key. A POST, so that phone numbers stay out of addresses and their logs.

    A wrong call code costs one of the ten that an agent may try in an hour.
    """
    ((key, value),) = call.body.items()
    return {"data": look_up(deps, looker(call), LookupKey(key), value)}


@routes.get("/<customer_id>", answers={200: CustomerSchema}, reads_customer=True)
def read_customer(deps: SupportDependencies, call: Call, customer_id: str) -> Customer:
    """One customer, masked."""
    return reading.read_customer(deps, looker(call), customer_id)


@routes.get(
    "/<customer_id>/timeline",
    query=TimelineQuerySchema,
    answers={200: TimelineEntrySchema},
    paged=True,
    reads_customer=True,
)
def read_timeline(deps: SupportDependencies, call: Call, customer_id: str) -> Page[dict[str, Any]]:
    """All that happened to a customer in one list, newest first: money, cards, sign-ins, cases, agents' looks."""
    asked = call.query.get("type", "")
    types = {EntryType(name) for name in asked.split(",") if name}
    found = reading.read_timeline(deps, looker(call), customer_id, types, call.page)
    return found.map(lambda entry: present_entry(entry, call.locale))


@routes.get(
    "/<customer_id>/payments",
    query=PaymentQuerySchema,
    answers={200: PaymentSchema},
    paged=True,
    reads_customer=True,
)
def read_payments(deps: SupportDependencies, call: Call, customer_id: str) -> Page[dict[str, Any]]:
    """A customer's payments with every attempt, newest first."""
    wanted = PaymentFilter(**call.query)
    found = reading.read_payments(deps, looker(call), customer_id, wanted, call.page)
    return found.map(lambda record: present_payment(record, call.locale))


@routes.get(
    "/<customer_id>/bank-cards",
    query=CustomerCardQuerySchema,
    answers={200: BankCardSchema},
    paged=True,
    reads_customer=True,
)
def read_bank_cards(deps: SupportDependencies, call: Call, customer_id: str) -> Page[CardView]:
    """Every card that a customer ever bound, newest first."""
    status = call.query["status"]
    found = reading.read_bank_cards(deps, looker(call), customer_id, status, call.page)
    return found.map(lambda card: view_of(card, call.locale))


@routes.get(
    "/<customer_id>/sessions",
    answers={200: CustomerSessionSchema},
    paged=True,
    reads_customer=True,
)
def read_sessions(deps: SupportDependencies, call: Call, customer_id: str) -> Page[CustomerSession]:
    """Where a customer is or was signed in, newest first."""
    return reading.read_sessions(deps, looker(call), customer_id, call.page)


@routes.post(
    "/<customer_id>/reveal",
    role=Role.SUPERVISOR,
    body=RevealRequestSchema,
    answers={200: RevealedSchema},
    errors=(NOT_FOUND, REVEAL_QUOTA_EXCEEDED),
    key="ignored",
    reads_customer=True,
)
def reveal_field(deps: SupportDependencies, call: Call, customer_id: str) -> Revealed:
    """One field in full, for 60 seconds on a screen: three an hour and ten a day per agent. The customer sees it."""
    return reveal(deps, looker(call), customer_id, RevealField(call.body["field"]))
