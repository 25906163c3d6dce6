"""Agents look into payments: `/internal/v1/payment-diagnoses` and `/internal/v1/payments` (contract, section 8)."""

from typing import Any

from app.auth.rules import Role
from app.core.errors import NOT_FOUND
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.payments.presenting import present_card_movement, present_payment
from app.payments.rules import Kind
from app.payments.schemas import CardMovementSchema, PaymentSchema
from app.support.customers.agent_routes import looker
from app.support.customers.operations.diagnose_for_agent import diagnose_for_agent
from app.support.customers.operations.inquire_payment import inquire_payment as inquire
from app.support.customers.operations.read_payment_evidence import read_payment_evidence
from app.support.customers.payment_schemas import (
    CustomerDiagnosisSchema,
    NewCustomerDiagnosisSchema,
    PaymentEvidenceSchema,
)
from app.support.customers.presenting import present_evidence
from app.support.dependencies import SupportDependencies
from app.support.diagnosis.investigating import Question
from app.support.diagnosis.matching import Recollection

routes = Routes(
    "support_payments_agents",
    prefix="/internal/v1",
    tag="Customers",
    access=Access.AGENT,
    role=Role.AGENT,
)


@routes.post(
    "/payment-diagnoses",
    body=NewCustomerDiagnosisSchema,
    answers={201: CustomerDiagnosisSchema},
    errors=(NOT_FOUND,),
    key="ignored",  # a stored answer would be shown again past the trail
    reads_customer=True,
)
def diagnose_payment(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """What became of a customer's payment: by its id, or by about when, about how much, or both. It moves no money.

    Whatever fits is listed from 40 points, in the narrowest of ±30 min, 2 h, 6 h and 24 h that has any: the same amount
    50, within 1 % 30, a slip of the pen 25, the time up to 50, each hint 10.
    """
    body = call.body
    question = Question(body.get("payment_id"))
    if question.payment_id is None:
        remembered = Recollection(
            body.get("amount"),
            body.get("occurred_at"),
            body.get("merchant_id"),
            body.get("card_last4"),
        )
        question = Question(remembered=remembered)
    return diagnose_for_agent(deps, looker(call), body["user_id"], question, call.locale)


@routes.get(
    "/payments/<payment_id>/evidence", answers={200: PaymentEvidenceSchema}, reads_customer=True
)
def read_evidence(deps: SupportDependencies, call: Call, payment_id: str) -> dict[str, Any]:
    """All that is known of a payment: exchanges with the gateway, ledger entries, and what happened around them."""
    return present_evidence(read_payment_evidence(deps, looker(call), payment_id), call.locale)


@routes.post(
    "/payments/<payment_id>/inquire",
    answers={200: PaymentSchema},
    key="ignored",  # asking twice does no harm, and a stored answer would be shown again past the trail
    reads_customer=True,
)
def inquire_payment(deps: SupportDependencies, call: Call, payment_id: str) -> dict[str, Any]:
    """Ask the gateway now, and settle what it says: also a payment under `manual_review` ends as succeeded or failed.

    Of one that failed it is asked whether the money was taken all the same, and that is given back. Refunds that have
    not ended are sent again, by the same reference. Where it says nothing the payment stays as it is.
    """
    return present_payment(inquire(deps, looker(call), Kind.PAYMENT, payment_id), call.locale)


@routes.post(
    "/top-ups/<top_up_id>/inquire",
    answers={200: CardMovementSchema},
    key="ignored",
    reads_customer=True,
)
def inquire_top_up(deps: SupportDependencies, call: Call, top_up_id: str) -> dict[str, Any]:
    """Ask the gateway now about a top-up, and settle what it says."""
    record = inquire(deps, looker(call), Kind.TOP_UP, top_up_id)
    return present_card_movement(record, call.locale)


@routes.post(
    "/withdrawals/<withdrawal_id>/inquire",
    answers={200: CardMovementSchema},
    key="ignored",
    reads_customer=True,
)
def inquire_withdrawal(deps: SupportDependencies, call: Call, withdrawal_id: str) -> dict[str, Any]:
    """Ask the bank now about a withdrawal, and settle what it says."""
    record = inquire(deps, looker(call), Kind.WITHDRAWAL, withdrawal_id)
    return present_card_movement(record, call.locale)
