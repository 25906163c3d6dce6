"""Giving a payment back, through the gateway that took it."""

from app.core.database import Transaction
from app.payments.errors import REFUND_EXCEEDS_PAYMENT
from app.payments.machine.refunding import ask_back, lines_of_refund
from app.payments.models import Instruction
from app.payments.operations.send_refund import send_refund
from app.payments.queries import own_instruction
from app.payments.rules import Kind, Status
from app.support.actions.effects.effect import Effect, Entries, entries_of
from app.support.actions.models import ActionRequest
from app.support.dependencies import SupportDependencies


def _preview(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> Entries:
    payment = _payment(tx, request)
    left = payment.amount_minor - payment.refunded_minor
    amount = left if request.amount_minor is None else request.amount_minor
    if payment.status != Status.SUCCEEDED or not 0 < amount <= left:
        raise REFUND_EXCEEDS_PAYMENT()
    request.amount_minor = amount
    lines = lines_of_refund(tx, payment, amount)
    return entries_of(lines, payment.currency, f"refund of {payment.id}")


def _carry_out(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> None:
    """Count it against the payment and have it sent; the ledger follows the gateway's answer."""
    refund = ask_back(tx, _payment(tx, request), request.amount_minor or 0)
    request.refund_id = refund.id


def _send(deps: SupportDependencies, request: ActionRequest) -> None:
    """At once, so that the approver sees how it went; where this process dies, the worker sends it."""
    if request.refund_id is not None:
        send_refund(deps.payments, request.refund_id)


def _payment(tx: Transaction, request: ActionRequest) -> Instruction:
    return own_instruction(tx, request.user_id, Kind.PAYMENT, request.payment_id or "")


REFUND = Effect(_carry_out, preview=_preview, afterwards=_send)
