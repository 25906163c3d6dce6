"""Timeline entries and evidence in the shapes of the API. Pure."""

from collections.abc import Mapping
from typing import Any

from app.core.locale import Locale
from app.payments.models import Attempt
from app.payments.presenting import present_payment
from app.support.customers.operations.read_payment_evidence import PaymentEvidence
from app.support.customers.timeline.entries import Entry


def present_entry(entry: Entry, locale: Locale) -> dict[str, Any]:
    """One entry of a timeline."""
    told = entry.told
    return {
        "id": entry.id,
        "type": entry.type.value,
        "event": entry.event,
        "at": entry.at,
        "subject_id": entry.subject_id,
        "text": told.text.said_in(locale),
        "status": told.status,
        "code": told.code,
        "amount": told.amount,
        "currency": told.currency,
        "detail": told.detail,
    }


def present_evidence(found: PaymentEvidence, locale: Locale) -> dict[str, Any]:
    """All that is known of a payment."""
    record, payment = found.record, present_payment(found.record, locale)
    exchanges = zip(payment["attempts"], record.attempts, strict=True)
    return {
        "user_id": record.instruction.user_id,
        "payment": payment,
        "money": _money(found),
        "attempts": [_exchange(shown, attempt) for shown, attempt in exchanges],
        "ledger_entries": found.entries,
        "holds": [
            {
                "id": it.id,
                "attempt_id": it.reference_id,
                "amount": it.amount_minor,
                "status": it.status,
                "created_at": it.created_at,
                "resolved_at": it.resolved_at,
            }
            for it in found.holds
        ],
        "incidents": [
            {
                "id": it.incident.id,
                "title": it.incident.title_en if locale == "en" else it.incident.title_zh,
                "status": it.incident.status,
                "impact": it.incident.impact,
                "started_at": it.incident.started_at,
                "resolved_at": it.incident.resolved_at,
            }
            for it in found.incidents
        ],
        "client_events": [
            {
                "id": it.id,
                "type": it.type,
                "occurred_at": it.occurred_at,
                "amount": it.amount_minor,
                "error": it.error,
                "network_type": it.network_type,
                "app_version": it.app_version,
            }
            for it in found.events
        ],
        "app_version": found.app,
    }


def _money(found: PaymentEvidence) -> dict[str, Any]:
    fact = found.fact
    return {
        "ledger": fact.ledger.state.value,
        "gateway": fact.charge.state.value,
        "verdict": found.verdict.value,
        "next_inquiry_at": found.next_inquiry_at,
        "twin_payment_id": fact.twin.id if fact.twin else None,
    }


def _exchange(shown: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
    return {
        **shown,
        "reference": attempt.id,
        "inquiries_made": attempt.inquiries_made,
        "late_success_at": attempt.late_success_at,
    }
