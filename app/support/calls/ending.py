"""The end of a call: an agent's word, or that nobody talks for so long."""

from app.core import jobs
from app.core.database import Transaction
from app.support.calls.cases import tell_end
from app.support.calls.models import SupportCall
from app.support.calls.rules import LONGEST_CALL, CallStatus, JobKind
from app.support.dependencies import SupportDependencies


def end_call(tx: Transaction, deps: SupportDependencies, call: SupportCall) -> None:
    """End a call whose row is locked, and let the queue know; one that has ended stays as it is."""
    if call.status == CallStatus.ENDED:
        return
    call.status, call.ended_at = CallStatus.ENDED, tx.now
    jobs.cancel(tx, JobKind.END, call.id)
    tell_end(tx, deps, call)


def end_when_forgotten(tx: Transaction, call: SupportCall) -> None:
    """Have a call that just began ended after `LONGEST_CALL`, if nobody ends it before."""
    jobs.schedule(tx, JobKind.END, call.id, call.started_at + LONGEST_CALL)
