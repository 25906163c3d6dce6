"""Payments, transfers, merchants and client events over HTTP (contract, section 4)."""

from typing import Any

from app.auth.errors import (
    ACCOUNT_FROZEN,
    TRANSACTION_PASSWORD_REQUIRED,
)
from app.banking.errors import BANK_CARD_NOT_ACTIVE
from app.core.errors import RATE_LIMITED
from app.core.http.call import Call, Reply
from app.core.http.routes import Routes
from app.core.idempotency import key_digest
from app.core.pagination import Page
from app.payments import queries
from app.payments.errors import (
    MERCHANT_NOT_FOUND,
    PAYMENT_NOT_RETRYABLE,
    RECIPIENT_IS_SELF,
    RECIPIENT_NOT_FOUND,
)
from app.payments.operations import PaymentDependencies
from app.payments.operations.pay import NewPayment, pay
from app.payments.operations.report_client_event import NewClientEvent, report_client_event
from app.payments.operations.retry_payment import retry_payment
from app.payments.operations.transfer import NewTransfer, transfer
from app.payments.presenting import (
    present_merchant,
    present_payment,
    present_transfer,
)
from app.payments.replies import (
    CARD_ERRORS,
    MONEY_ERRORS,
    PASSWORD_ERRORS,
    app_seen,
    payment_reply,
    recover_instruction,
)
from app.payments.rules import Kind
from app.payments.schemas import (
    ClientEventSchema,
    MerchantSchema,
    NewClientEventSchema,
    NewPaymentSchema,
    NewTransferSchema,
    PaymentQuerySchema,
    PaymentSchema,
    RetryRequestSchema,
    TransferSchema,
)

routes = Routes("payments", prefix="/v1", tag="Money")


@routes.get("/merchants", answers={200: MerchantSchema}, paged=True)
def list_merchants(deps: PaymentDependencies, call: Call) -> Page[dict[str, Any]]:
    """The merchants one can pay."""
    with deps.database.snapshot() as tx:
        page = queries.list_merchants(tx, call.page)
    return page.map(lambda merchant: present_merchant(merchant, call.locale))


@routes.post(
    "/payments",
    body=NewPaymentSchema,
    answers={201: PaymentSchema, 202: PaymentSchema},
    errors=(*MONEY_ERRORS, *CARD_ERRORS, MERCHANT_NOT_FOUND, TRANSACTION_PASSWORD_REQUIRED),
    key="required",
    moves_money=True,
    recover=recover_instruction,
)
def create_payment(deps: PaymentDependencies, call: Call) -> Reply:
    """Pay a merchant: 201 with the outcome, 202 while it is not known yet."""
    new = NewPayment(
        merchant_id=call.body["merchant_id"],
        amount_minor=call.body["amount"],
        currency=call.body["currency"],
        bank_card_id=call.body["source"].get("id"),
        description=call.body.get("description"),
        merchant_order_no=call.body.get("merchant_order_no"),
    )
    password = call.body.get("transaction_password")
    return payment_reply(
        deps, call, pay(deps, call.user_id, new, password, app_seen(call), call.key)
    )


@routes.post(
    "/payments/<payment_id>/retry",
    body=RetryRequestSchema,
    answers={201: PaymentSchema, 202: PaymentSchema},
    errors=(
        ACCOUNT_FROZEN,
        PAYMENT_NOT_RETRYABLE,
        BANK_CARD_NOT_ACTIVE,
        *PASSWORD_ERRORS,
        TRANSACTION_PASSWORD_REQUIRED,
    ),
    key="required",
    moves_money=True,
    recover=recover_instruction,
)
def retry(deps: PaymentDependencies, call: Call, payment_id: str) -> Reply:
    """A new attempt of a failed payment, answered like the first."""
    password = call.body.get("transaction_password")
    retry_payment(deps, call.user_id, payment_id, password, app_seen(call), call.key)
    return payment_reply(deps, call, payment_id)


@routes.get("/payments", query=PaymentQuerySchema, answers={200: PaymentSchema}, paged=True)
def list_payments(deps: PaymentDependencies, call: Call) -> Page[dict[str, Any]]:
    """The caller's payments, newest first."""
    wanted = queries.PaymentFilter(**call.query)
    with deps.database.snapshot() as tx:
        page = queries.list_instructions(tx, call.user_id, Kind.PAYMENT, call.page, wanted)
    return page.map(lambda record: present_payment(record, call.locale))


@routes.get("/payments/<payment_id>", answers={200: PaymentSchema})
def read_payment(deps: PaymentDependencies, call: Call, payment_id: str) -> dict[str, Any]:
    """One payment with every attempt."""
    with deps.database.snapshot() as tx:
        record = queries.read_instruction(tx, call.user_id, Kind.PAYMENT, payment_id)
    return present_payment(record, call.locale)


def _recover_transfer(
    deps: PaymentDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply:
    """A transfer is whole when its claim is: they are one transaction."""
    return Reply(201, read_transfer(deps, call, subject_id))


@routes.post(
    "/transfers",
    body=NewTransferSchema,
    answers={201: TransferSchema},
    errors=(
        *MONEY_ERRORS,
        RECIPIENT_NOT_FOUND,
        RECIPIENT_IS_SELF,
        RATE_LIMITED,
        TRANSACTION_PASSWORD_REQUIRED,
    ),
    key="required",
    moves_money=True,
    recover=_recover_transfer,
)
def create_transfer(deps: PaymentDependencies, call: Call) -> dict[str, Any]:
    """Send money to another user; a refusal for balance or limit is recorded as failed."""
    new = NewTransfer(
        identifier=call.body["recipient"].get("identifier"),
        user_id=call.body["recipient"].get("user_id"),
        amount_minor=call.body["amount"],
        currency=call.body["currency"],
        note=call.body.get("note"),
    )
    password = call.body.get("transaction_password")
    return read_transfer(deps, call, transfer(deps, call.user_id, new, password, call.key))


@routes.get("/transfers", answers={200: TransferSchema}, paged=True)
def list_transfers(deps: PaymentDependencies, call: Call) -> Page[dict[str, Any]]:
    """Transfers sent and received, newest first."""
    with deps.database.snapshot() as tx:
        page = queries.list_transfers(tx, call.user_id, call.page)
    return page.map(lambda record: present_transfer(record, call.locale))


@routes.get("/transfers/<transfer_id>", answers={200: TransferSchema})
def read_transfer(deps: PaymentDependencies, call: Call, transfer_id: str) -> dict[str, Any]:
    """One transfer."""
    with deps.database.snapshot() as tx:
        record = queries.read_transfer(tx, call.user_id, transfer_id)
    return present_transfer(record, call.locale)


@routes.post("/client-events", body=NewClientEventSchema, answers={202: ClientEventSchema})
def create_client_event(deps: PaymentDependencies, call: Call) -> dict[str, Any]:
    """Keep what the phone saw when a request never arrived."""
    body, key = call.body, call.body.get("idempotency_key")
    event = NewClientEvent(
        type=body["type"],
        occurred_at=body["occurred_at"],
        amount_minor=body["amount"],
        currency=body["currency"],
        merchant_id=body.get("merchant_id"),
        idempotency_key=key_digest(deps.auth.keys, call.user_id, key) if key else None,
        error=body["error"],
        network_type=body.get("network_type") or call.client.network_type,
        app_version=call.client.app_version,
    )
    return {"id": report_client_event(deps.database, call.user_id, event)}
