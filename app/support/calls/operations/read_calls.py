"""What agents see of calls; who looked is in the audit trail before anything is answered."""

from app.audit.rules import Act
from app.core.http.call import Principal
from app.core.pagination import Page, PageRequest
from app.support.calls.models import SupportCall
from app.support.calls.queries import CallFilter, get_call, list_calls
from app.support.dependencies import SupportDependencies

SHOWN = ("phone", "notes")


def read_call(deps: SupportDependencies, who: Principal, call_id: str) -> SupportCall:
    """One call. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        call = get_call(tx, call_id)
        act = Act(
            actor=who.id,
            action="read_call",
            subject=call.id,
            customer_id=call.user_id,
            reason=call.id,
            fields=SHOWN,
        )
        deps.audit.record(tx, act)
    return call


def read_calls(
    deps: SupportDependencies,
    who: Principal,
    wanted: CallFilter,
    page: PageRequest,
    *,
    reason: str | None = None,
) -> Page[SupportCall]:
    """Calls of everybody, newest first. Each customer among them finds the look in the own access log."""
    with deps.database.transaction() as tx:
        found = list_calls(tx, wanted, page)
        shown = dict.fromkeys(call.user_id for call in found.data) or {wanted.user_id: None}
        for user_id in shown:
            deps.audit.record(
                tx,
                Act(
                    actor=who.id,
                    action="list_calls",
                    customer_id=user_id,
                    reason=reason,
                    fields=SHOWN,
                ),
            )
    return found
