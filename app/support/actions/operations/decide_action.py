"""A second person approves or rejects what an agent asked for (contract, section 8)."""

from app.auth.protecting import hold_user
from app.core.database import Transaction
from app.core.http.call import Principal
from app.core.idempotency import KeyInUse
from app.support.actions.effects.table import EFFECTS
from app.support.actions.errors import ACTION_REQUEST_CLOSED, FOUR_EYES_REQUIRED
from app.support.actions.models import ActionRequest
from app.support.actions.queries import get_request
from app.support.actions.recording import record_act
from app.support.actions.rules import ActionStatus, ActionType
from app.support.conversations.message_masking import mask_message
from app.support.dependencies import SupportDependencies


def approve_action_request(
    deps: SupportDependencies, who: Principal, request_id: str, key: KeyInUse | None
) -> ActionRequest:
    """Carry a pending request out, once, in the transaction that decides it.

    So whoever dies in the middle leaves it pending and nothing done, and of two who approve at once one gets through.
    Raises NOT_FOUND, ACTION_REQUEST_CLOSED, FOUR_EYES_REQUIRED for who asked for it, and what now stands in its way: it
    stays pending then.
    """
    with deps.database.snapshot() as tx:
        request = _may_approve(get_request(tx, request_id), who)
    effect = EFFECTS[ActionType(request.type)]
    effect.prepare(deps, request)
    with deps.database.transaction() as tx:
        request = _may_approve(_hold(tx, request), who)
        request.entries = effect.preview(tx, deps, request)
        effect.carry_out(tx, deps, request)
        _decide(tx, request, who, ActionStatus.EXECUTED, None)
        if key is not None:
            key.claim(tx, request.id)
        record_act(tx, deps, who.id, "approve_action_request", request)
    effect.afterwards(deps, request)
    return request


def reject_action_request(
    deps: SupportDependencies,
    who: Principal,
    request_id: str,
    why: str | None,
    key: KeyInUse | None,
) -> ActionRequest:
    """Close a pending request without doing anything; who asked for it may take it back so, too.

    Raises NOT_FOUND, ACTION_REQUEST_CLOSED.
    """
    with deps.database.transaction() as tx:
        request = _require_pending(_hold(tx, get_request(tx, request_id)))
        _decide(tx, request, who, ActionStatus.REJECTED, why)
        if key is not None:
            key.claim(tx, request.id)
        record_act(tx, deps, who.id, "reject_action_request", request)
    return request


def _hold(tx: Transaction, request: ActionRequest) -> ActionRequest:
    """The request as it is now, locked behind its user: the order in which a password reset takes the two."""
    hold_user(tx, request.user_id)
    return get_request(tx, request.id, for_update=True)


def _require_pending(request: ActionRequest) -> ActionRequest:
    if request.status != ActionStatus.PENDING_APPROVAL:
        raise ACTION_REQUEST_CLOSED()
    return request


def _may_approve(request: ActionRequest, who: Principal) -> ActionRequest:
    if _require_pending(request).requested_by == who.id:
        raise FOUR_EYES_REQUIRED()
    return request


def _decide(
    tx: Transaction, request: ActionRequest, who: Principal, status: ActionStatus, why: str | None
) -> None:
    request.status, request.decided_by, request.decided_at = status, who.id, tx.now
    request.decision_reason = None if why is None else mask_message(why)
    tx.flush()
