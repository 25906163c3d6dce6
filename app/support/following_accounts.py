"""What the desk does when something happens to an account, in the transaction in which it happens."""

import sqlalchemy as sa

from app.audit.rules import SYSTEM
from app.auth.models import UserSession
from app.core.database import Transaction
from app.core.events import Event, Listener
from app.support.actions.models import ActionRequest
from app.support.actions.recording import record_act
from app.support.actions.rules import ActionStatus
from app.support.calls.models import SupportCall
from app.support.dependencies import SupportDependencies
from app.support.levels import HARMLESS_ENDS, Level

RESET = "password.reset"


def follow_accounts(deps: SupportDependencies) -> Listener:
    """A listener of core.events that ends what was going on at the desk."""
    followed = {
        "user.sessions_ended": _doubt_calls,
        RESET: _end_what_waits,
    }

    def hear(tx: Transaction, event: Event) -> None:
        if event.type in followed and event.user_id is not None:
            followed[event.type](tx, deps, event)

    return hear


def _doubt_calls(tx: Transaction, _deps: SupportDependencies, event: Event) -> None:
    """A code that was shown by an app that somebody threw out was perhaps read out by who was thrown out."""
    if event.data["reason"] in HARMLESS_ENDS:
        return
    thrown_out = sa.select(UserSession.id).where(
        UserSession.user_id == event.user_id, UserSession.end_reason == event.data["reason"]
    )
    _lower_calls(tx, SupportCall.session_id.in_(thrown_out))


def _lower_calls(tx: Transaction, which: sa.ColumnElement[bool]) -> None:
    """These calls are somebody's again, who claims to be the customer."""
    lowering = sa.update(SupportCall).where(which, SupportCall.verified_at.is_not(None))
    tx.change(lowering.values(level=Level.UNKNOWN, verified_at=None, session_id=None))


def _end_what_waits(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """A reset throws out whoever was in: nothing that they asked for waits any longer, and no call is theirs."""
    now = tx.now
    _lower_calls(tx, SupportCall.user_id == event.user_id)
    waiting = sa.select(ActionRequest).where(
        ActionRequest.user_id == event.user_id,
        ActionRequest.status == ActionStatus.PENDING_APPROVAL,
    )
    held = waiting.order_by(ActionRequest.id).with_for_update()
    for request in tx.scalars(held.execution_options(populate_existing=True)).all():
        request.status, request.decided_at = ActionStatus.REJECTED, now
        request.decision_reason = event.type
        tx.flush()
        record_act(tx, deps, SYSTEM, "reject_action_request", request)
