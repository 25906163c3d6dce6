"""`/internal/v1/action-requests` (contract, section 8)."""

from typing import Any

from app.auth.errors import RESEND_TOO_SOON
from app.auth.rules import Role
from app.core.errors import FORBIDDEN, IDEMPOTENCY_KEY_REQUIRED, NOT_FOUND, RATE_LIMITED
from app.core.http.call import Call, Reply
from app.core.http.routes import Access, Routes
from app.core.pagination import Page
from app.payments.errors import AMOUNT_OUT_OF_RANGE, REFUND_EXCEEDS_PAYMENT
from app.support.actions.errors import (
    ACCOUNT_NOT_FROZEN,
    ACTION_REQUEST_CLOSED,
    FOUR_EYES_REQUIRED,
    GOODWILL_CREDIT_EXCEEDS_LIMIT,
    NOTHING_HELD,
    PAYMENT_OUTCOME_UNKNOWN,
    TRANSACTION_PASSWORD_RESET_REQUIRED,
    VERIFICATION_LEVEL_REQUIRED,
)
from app.support.actions.operations import decide_action, read_actions
from app.support.actions.operations.request_action import (
    AskedAction,
    preview_action,
    request_action,
)
from app.support.actions.presenting import present_request
from app.support.actions.queries import ActionFilter, get_request
from app.support.actions.rules import ActionType
from app.support.actions.schemas import (
    ActionRequestQuerySchema,
    ActionRequestSchema,
    NewActionRequestSchema,
    RejectionSchema,
)
from app.support.dependencies import SupportDependencies

routes = Routes(
    "support_actions_agents",
    prefix="/internal/v1/action-requests",
    tag="Action requests",
    access=Access.AGENT,
    role=Role.AGENT,
)
IN_THE_WAY = (
    REFUND_EXCEEDS_PAYMENT,
    PAYMENT_OUTCOME_UNKNOWN,
    GOODWILL_CREDIT_EXCEEDS_LIMIT,
    ACCOUNT_NOT_FROZEN,
)


def recover_request(
    deps: SupportDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply:
    """What a key's first call recorded before it died: the request, in the state that it has."""
    with deps.database.snapshot() as tx:
        request = get_request(tx, subject_id)
    return Reply(201, present_request(request))


def recover_decision(
    deps: SupportDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply:
    """The same, for a decision."""
    return Reply(200, recover_request(deps, call, subject_id, running=running).body)


@routes.post(
    "",
    body=NewActionRequestSchema,
    answers={201: ActionRequestSchema},
    errors=(
        FORBIDDEN,
        IDEMPOTENCY_KEY_REQUIRED,
        NOT_FOUND,
        VERIFICATION_LEVEL_REQUIRED,
        AMOUNT_OUT_OF_RANGE,
        *IN_THE_WAY,
        NOTHING_HELD,
        TRANSACTION_PASSWORD_RESET_REQUIRED,
        RESEND_TOO_SOON,
        RATE_LIMITED,
    ),
    recover=recover_request,
)
def create_action_request(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Have something done to an account or its money: at once, or once a second person approves.

    Moving money (`refund`, `release_hold`, `goodwill_credit`) and unfreezing wait for another supervisor or admin; the
    rest runs at once. `refund` and `goodwill_credit` need an Idempotency-Key. An agent names the call or conversation
    in which the customer is verified (L3), but not for `freeze` and `revoke_sessions`, which protect. A supervisor
    passes without, and the audit says so; only a supervisor asks for `unfreeze`. `dry_run` shows the entries and does
    nothing.
    """
    body = call.body
    asked = AskedAction(
        type=ActionType(body["type"]),
        user_id=body["user_id"],
        reason=body["reason"],
        payment_id=body.get("payment_id"),
        amount_minor=body.get("amount"),
        call_id=body.get("call_id"),
        conversation_id=body.get("conversation_id"),
    )
    if body.get("dry_run"):
        return present_request(preview_action(deps, call.who, asked))
    return present_request(request_action(deps, call.who, asked, call.key))


@routes.get(
    "",
    query=ActionRequestQuerySchema,
    answers={200: ActionRequestSchema},
    paged=True,
    customer_query="user_id",
)
def list_action_requests(deps: SupportDependencies, call: Call) -> Page[dict[str, Any]]:
    """Requests, newest first. One customer's, with `user_id`, takes a reason."""
    wanted, reason = ActionFilter(**call.query), call.access_reason
    page = read_actions.read_action_requests(deps, call.who, wanted, call.page, reason=reason)
    return page.map(present_request)


@routes.get("/<request_id>", answers={200: ActionRequestSchema})
def read_action_request(deps: SupportDependencies, call: Call, request_id: str) -> dict[str, Any]:
    """One request."""
    return present_request(read_actions.read_action_request(deps, call.who, request_id))


@routes.post(
    "/<request_id>/approve",
    role=Role.SUPERVISOR,
    answers={200: ActionRequestSchema},
    errors=(NOT_FOUND, FOUR_EYES_REQUIRED, ACTION_REQUEST_CLOSED, *IN_THE_WAY),
    recover=recover_decision,
)
def approve_action_request(
    deps: SupportDependencies, call: Call, request_id: str
) -> dict[str, Any]:
    """Have it carried out, once. Where something stands in its way by now, it stays pending."""
    return present_request(
        decide_action.approve_action_request(deps, call.who, request_id, call.key)
    )


@routes.post(
    "/<request_id>/reject",
    role=Role.SUPERVISOR,
    body=RejectionSchema,
    answers={200: ActionRequestSchema},
    errors=(NOT_FOUND, ACTION_REQUEST_CLOSED),
    recover=recover_decision,
)
def reject_action_request(deps: SupportDependencies, call: Call, request_id: str) -> dict[str, Any]:
    """Close it without doing anything; who asked for it may take it back so."""
    why = call.body.get("reason")
    return present_request(
        decide_action.reject_action_request(deps, call.who, request_id, why, call.key)
    )
