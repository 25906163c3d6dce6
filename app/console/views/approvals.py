"""What waits for a second person: the entries it would make, who asked and why; approved or rejected."""

from collections.abc import Sequence
from typing import Any, Final

from app.auth.agent_queries import names_of_agents
from app.auth.rules import Role, has_role
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_form
from app.console.pages import GoTo, Pages, Shown, Visit
from app.support.actions.models import ActionRequest
from app.support.actions.operations.decide_action import (
    approve_action_request,
    reject_action_request,
)
from app.support.actions.operations.read_actions import read_action_request, read_action_requests
from app.support.actions.presenting import present_request
from app.support.actions.queries import ActionFilter
from app.support.actions.rules import RULES, ActionStatus, ActionType
from app.support.actions.schemas import RejectionSchema

pages = Pages()

STATUSES: Final = tuple(ActionStatus)


@pages.get("/approvals")
def show_approvals(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Requests of one state, the newest first; what waits is shown whole."""
    asked = visit.query.get("status")
    status = next((it for it in STATUSES if it == asked), ActionStatus.PENDING_APPROVAL)
    found = read_action_requests(
        deps.support, visit.me.principal, ActionFilter(status=status), visit.page
    )
    values = {"found": found.map(present_request), "statuses": STATUSES, "chosen": status}
    return Shown("approvals/list.html", values | _surroundings(deps, visit, found.data))


@pages.get("/approvals/<request_id>")
def show_approval(deps: ConsoleDependencies, visit: Visit, request_id: str) -> Shown:
    """One request, with what became of it."""
    request = read_action_request(deps.support, visit.me.principal, request_id)
    values = {"request": present_request(request)}
    return Shown("approvals/request.html", values | _surroundings(deps, visit, [request]))


@pages.post("/approvals/<request_id>/approve", role=Role.SUPERVISOR)
def approve(deps: ConsoleDependencies, visit: Visit, request_id: str) -> GoTo:
    """Have it carried out; of two who approve at once one gets through."""
    approve_action_request(deps.support, visit.me.principal, request_id, None)
    return GoTo(f"/approvals/{request_id}", says="approval_approved")


@pages.post("/approvals/<request_id>/reject", role=Role.SUPERVISOR)
def reject(deps: ConsoleDependencies, visit: Visit, request_id: str) -> GoTo:
    """Close it without doing anything; who asked for it takes it back so."""
    why = read_form(visit, RejectionSchema).get("reason")
    reject_action_request(deps.support, visit.me.principal, request_id, why, None)
    return GoTo(f"/approvals/{request_id}", says="approval_rejected")


def _surroundings(
    deps: ConsoleDependencies, visit: Visit, requests: Sequence[ActionRequest]
) -> dict[str, Any]:
    people = {it.requested_by for it in requests} | {it.decided_by or "" for it in requests}
    with deps.database.snapshot() as tx:
        names, now = names_of_agents(tx, people), tx.now
    return {
        "names": names,
        "needs": {it.value: RULES[it].level for it in ActionType},
        "may_decide": has_role(visit.me.role, Role.SUPERVISOR),
        "now": now,
    }
