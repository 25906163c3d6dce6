"""What the audit trail says of action requests; the request's own reason stands for the access reason."""

from app.audit.rules import Act
from app.core.database import Transaction
from app.support.actions.models import ActionRequest
from app.support.dependencies import SupportDependencies
from app.support.masking import mask


def record_act(
    tx: Transaction, deps: SupportDependencies, actor: str, action: str, request: ActionRequest
) -> None:
    """Append one act on a request, in its transaction and last in it: the trail's head is a lock for everybody."""
    detail = {
        "type": request.type,
        "status": request.status,
        "level": request.level,
        "level_waived": request.level_waived,
        "payment_id": request.payment_id,
        "amount": request.amount_minor,
        "call_id": request.call_id,
        "conversation_id": request.conversation_id,
    }
    act = Act(
        actor=actor,
        action=action,
        subject=request.id,
        customer_id=request.user_id,
        reason=mask(request.reason),
        detail={name: value for name, value in detail.items() if value is not None},
    )
    deps.audit.record(tx, act)
