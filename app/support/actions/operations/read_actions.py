"""What agents see of action requests; who looked is in the audit trail before anything is answered."""

from app.audit.rules import Act
from app.core.http.call import Principal
from app.core.pagination import Page, PageRequest
from app.support.actions.models import ActionRequest
from app.support.actions.queries import ActionFilter, get_request, list_requests
from app.support.actions.recording import record_act
from app.support.dependencies import SupportDependencies


def read_action_request(
    deps: SupportDependencies, who: Principal, request_id: str
) -> ActionRequest:
    """One request. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        request = get_request(tx, request_id)
        record_act(tx, deps, who.id, "read_action_request", request)
    return request


def read_action_requests(
    deps: SupportDependencies,
    who: Principal,
    wanted: ActionFilter,
    page: PageRequest,
    *,
    reason: str | None = None,
) -> Page[ActionRequest]:
    """Requests of everybody, newest first. Each customer among them finds the look in the own access log."""
    with deps.database.transaction() as tx:
        found = list_requests(tx, wanted, page)
        shown: set[str | None] = {request.user_id for request in found.data} or {wanted.user_id}
        for user_id in shown:
            act = Act(
                actor=who.id, action="list_action_requests", customer_id=user_id, reason=reason
            )
            deps.audit.record(tx, act)
    return found
