"""Action requests as agents see them."""

from typing import Any

from app.support.actions.models import ActionRequest


def present_request(request: ActionRequest) -> dict[str, Any]:
    """The request, or what one would be: a dry run's was never written down and has no id."""
    return {
        "id": request.id,
        "type": request.type,
        "status": request.status,
        "dry_run": request.id is None,
        "user_id": request.user_id,
        "payment_id": request.payment_id,
        "amount": request.amount_minor,
        "currency": request.currency,
        "reason": request.reason,
        "call_id": request.call_id,
        "conversation_id": request.conversation_id,
        "level": request.level,
        "level_waived": request.level_waived,
        "cautions": request.cautions,
        "requested_by": request.requested_by,
        "decided_by": request.decided_by,
        "decision_reason": request.decision_reason,
        "entries": request.entries,
        "refund_id": request.refund_id,
        "verification": request.outcome.get("verification"),
        "created_at": request.created_at,
        "decided_at": request.decided_at,
    }
