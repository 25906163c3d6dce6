"""`/internal/v1/calls`: the hotline, for agents (contract, section 8)."""

from typing import Any

from app.auth.rules import Role
from app.core.errors import FORBIDDEN, NOT_FOUND, RATE_LIMITED
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page
from app.support.calls.errors import (
    CALL_CODE_INCORRECT,
    CALL_ENDED,
    CALL_OF_ANOTHER_CUSTOMER,
    CALL_VERIFICATION_CLOSED,
    CALLER_UNKNOWN,
)
from app.support.calls.operations import read_calls
from app.support.calls.operations.change_call import CallChange
from app.support.calls.operations.change_call import change_call as change
from app.support.calls.operations.record_call import record_call as record
from app.support.calls.operations.verify_call import verify_call as verify
from app.support.calls.presenting import present_call
from app.support.calls.queries import CallFilter
from app.support.calls.rules import Direction
from app.support.calls.schemas import (
    CallChangeSchema,
    CallQuerySchema,
    CallSchema,
    CallVerificationSchema,
    NewCallSchema,
    VerifiedCallSchema,
)
from app.support.conversations.errors import CONVERSATION_CLOSED
from app.support.dependencies import SupportDependencies

routes = Routes(
    "support_calls_agents",
    prefix="/internal/v1/calls",
    tag="Hotline",
    access=Access.AGENT,
    role=Role.AGENT,
)


_CASES = (NOT_FOUND, CONVERSATION_CLOSED, CALL_OF_ANOTHER_CUSTOMER)


@routes.post("", body=NewCallSchema, answers={201: CallSchema}, errors=_CASES)
def record_call(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Begin a call. A known number makes its user a claim: `user_id` with level L1; else L0 and null.

    It stands in the queue as the conversation `conversation_id`, of channel `hotline`, which stays open after the call
    until somebody resolves it; or it is about the conversation that you name.
    """
    body = call.body
    direction, about = Direction(body["direction"]), body.get("conversation_id")
    return present_call(record(deps, call.who.id, body["phone"], direction, about), call.who)


@routes.get(
    "", query=CallQuerySchema, answers={200: CallSchema}, paged=True, customer_query="user_id"
)
def list_calls(deps: SupportDependencies, call: Call) -> Page[dict[str, Any]]:
    """Calls, newest first. One customer's, with `user_id`, takes a reason."""
    wanted, reason = CallFilter(**call.query), call.access_reason
    page = read_calls.read_calls(deps, call.who, wanted, call.page, reason=reason)
    return page.map(lambda found: present_call(found, call.who))


@routes.get("/<call_id>", answers={200: CallSchema})
def read_call(deps: SupportDependencies, call: Call, call_id: str) -> dict[str, Any]:
    """One call."""
    return present_call(read_calls.read_call(deps, call.who, call_id), call.who)


@routes.patch(
    "/<call_id>",
    body=CallChangeSchema,
    answers={200: CallSchema},
    errors=(*_CASES, FORBIDDEN, CALL_ENDED, CALLER_UNKNOWN),
)
def change_call(deps: SupportDependencies, call: Call, call_id: str) -> dict[str, Any]:
    """Notes, the end, another customer, another agent, the case. Your own calls only; a supervisor may change any.

    Card numbers, codes and passwords in notes are masked. Another customer is a claim again: the level falls to what
    the number says. A case that the call had opened is merged into the one that you name while nothing was said in it.
    """
    return present_call(change(deps, call.who, call_id, CallChange(call.body)), call.who)


@routes.post(
    "/<call_id>/verify",
    body=CallVerificationSchema,
    answers={200: VerifiedCallSchema},
    errors=(NOT_FOUND, FORBIDDEN, CALL_CODE_INCORRECT, CALL_VERIFICATION_CLOSED, RATE_LIMITED),
)
def verify_call(deps: SupportDependencies, call: Call, call_id: str) -> dict[str, Any]:
    """Check the call code of the caller's app: L3, or L4 within 15 minutes of the app's login.

    The call becomes the code's user's, whose number ever called. Five wrong ones per call, ten an hour per agent.
    """
    verified = verify(deps, call.who, call_id, call.body["call_code"])
    return {"verified": True, "level": verified.level, "user_id": verified.user_id}
