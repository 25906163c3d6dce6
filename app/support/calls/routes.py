"""`/v1/support/call-codes` and `/v1/support/call`: the hotline, for users."""

from typing import Any

from app.core.http.call import Call
from app.core.http.routes import Routes
from app.support.calls.codes import GivenCode
from app.support.calls.operations.create_call_code import create_call_code as create
from app.support.calls.queries import current_call
from app.support.calls.schemas import CallCodeSchema, OngoingCallSchema
from app.support.dependencies import SupportDependencies

routes = Routes("support_calls", prefix="/v1/support", tag="Support")


@routes.post("/call-codes", answers={201: CallCodeSchema}, key="ignored")
def create_call_code(deps: SupportDependencies, call: Call) -> GivenCode:
    """A code to read to the hotline's agent: 10 minutes, one use; a new one makes the older worthless."""
    return create(deps, call.who)


@routes.get("/call", answers={200: OngoingCallSchema})
def read_current_call(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Whom you are talking to. A call that you know nothing of is somebody who claims to be you."""
    with deps.database.snapshot() as tx:
        found = current_call(tx, call.user_id)
    if found is None:
        return {"call": None}
    return {
        "call": {
            "direction": found.direction,
            "agent": {"display_name": found.agent_name},
            "since": found.since,
            "verified": found.verified,
        }
    }
