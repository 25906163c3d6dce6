"""Records in the shape of the contract, section 4, with texts in the caller's language. Pure."""

from typing import Any

from app.core.locale import Locale
from app.payments.failures import FAILURES
from app.payments.models import Attempt, Merchant, Refund
from app.payments.queries import InstructionRecord, TransferRecord
from app.payments.rules import RefundStatus, Source


def present_failure(code: str | None, locale: Locale) -> dict[str, Any] | None:
    """`{reason, code, retryable, message, advice}` of a failure code, or None."""
    if code is None:
        return None
    failure = FAILURES[code]
    return {
        "reason": failure.reason.value,
        "code": code,
        "retryable": failure.retryable,
        "message": failure.message.said_in(locale),
        "advice": [{"code": failure.advice_code, "message": failure.advice.said_in(locale)}],
    }


def present_merchant(merchant: Merchant, locale: Locale) -> dict[str, Any]:
    """`{id, name}`."""
    return {"id": merchant.id, "name": merchant.name_en if locale == "en" else merchant.name_zh}


def present_payment(record: InstructionRecord, locale: Locale) -> dict[str, Any]:
    """A payment with its attempts."""
    payment = record.instruction
    source: dict[str, Any] = {"type": payment.source}
    if payment.source == Source.BANK_CARD:
        source["id"] = payment.bank_card_id
    return {
        "id": payment.id,
        "status": payment.status,
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "merchant": present_merchant(record.merchant, locale) if record.merchant else None,
        "source": source,
        "description": payment.description,
        "merchant_order_no": payment.merchant_order_no,
        "failure": present_failure(payment.failure_code, locale),
        "attempts": [_present_attempt(attempt) for attempt in record.attempts],
        "refunds": [_present_refund(refund) for refund in record.refunds],
        "refunded_amount": _refunded(record),
        "created_at": payment.created_at,
        "updated_at": payment.updated_at,
    }


def present_card_movement(record: InstructionRecord, locale: Locale) -> dict[str, Any]:
    """A top-up or withdrawal with its attempts."""
    movement = record.instruction
    return {
        "id": movement.id,
        "status": movement.status,
        "failure": present_failure(movement.failure_code, locale),
        "amount": movement.amount_minor,
        "currency": movement.currency,
        "bank_card_id": movement.bank_card_id,
        "attempts": [_present_attempt(attempt) for attempt in record.attempts],
        "created_at": movement.created_at,
        "updated_at": movement.updated_at,
    }


def present_transfer(record: TransferRecord, locale: Locale) -> dict[str, Any]:
    """A transfer as one side sees it."""
    transfer = record.transfer
    return {
        "id": transfer.id,
        "status": transfer.status,
        "failure": present_failure(transfer.failure_code, locale),
        "amount": transfer.amount_minor,
        "currency": transfer.currency,
        "direction": "in" if record.incoming else "out",
        "counterparty": {"display_name": record.counterparty_name},
        "note": transfer.note,
        "created_at": transfer.created_at,
    }


def _refunded(record: InstructionRecord) -> int:
    """What came back of the charge that counts, which is the last attempt's."""
    last = record.attempts[-1].id
    return sum(
        refund.amount_minor
        for refund in record.refunds
        if refund.status == RefundStatus.SUCCEEDED and refund.attempt_id == last
    )


def _present_refund(refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "status": refund.status,
        "amount": refund.amount_minor,
        "created_at": refund.created_at,
    }


def _present_attempt(attempt: Attempt) -> dict[str, Any]:
    code = attempt.failure_code
    return {
        "id": attempt.id,
        "number": attempt.number,
        "started_at": attempt.started_at,
        "finished_at": attempt.finished_at,
        "outcome": attempt.outcome,
        "failure_reason": FAILURES[code].reason.value if code else None,
        "failure_code": code,
        "gateway_reference": attempt.gateway_reference,
        "http_status": attempt.http_status,
        "latency_ms": attempt.latency_ms,
        "app_version": attempt.app_version,
        "network_type": attempt.network_type,
    }
