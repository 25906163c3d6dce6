"""A caller reads out the code that the app shows (contract, section 8)."""

import sqlalchemy as sa

from app.audit.rules import Act
from app.auth.models import Agent
from app.auth.notices import tell_user
from app.core.database import Transaction
from app.core.http.call import Principal
from app.notifications.rules import Template
from app.support.calls.cases import follow_customer
from app.support.calls.codes import CodeHolder, find_holder, use_code
from app.support.calls.errors import CALL_CODE_INCORRECT, CALL_VERIFICATION_CLOSED
from app.support.calls.guesses import count_guess, uncount_guess
from app.support.calls.models import SupportCall
from app.support.calls.queries import get_call, require_responsible
from app.support.calls.rules import CODE_TRIES, CallStatus
from app.support.dependencies import SupportDependencies
from app.support.levels import level_of_login


def verify_call(deps: SupportDependencies, who: Principal, call_id: str, code: str) -> SupportCall:
    """Raise the call to L3, or to L4 where the app's login is fresh, and make it its owner's; the user is told.

    The number that called may have been somebody else's: what counts is whose app shows the code. Once verified, a call
    stays that user's. The try is counted and committed before anything is compared. Raises NOT_FOUND; FORBIDDEN for a
    colleague's call; CALL_VERIFICATION_CLOSED for one that has ended or had five wrong codes; RATE_LIMITED after ten
    wrong ones of the agent's in an hour; CALL_CODE_INCORRECT with `attempts_remaining`, also for a code that is used,
    expired, replaced, or of an app that was signed out.
    """
    with deps.database.transaction() as tx:
        require_responsible(get_call(tx, call_id), who)
        remaining = CODE_TRIES - _count_try(tx, call_id)
        count_guess(tx, who.id)
    with deps.database.transaction() as tx:
        holder = find_holder(tx, deps.keys, code, for_update=True)
        if holder is None or not use_code(tx, deps.keys, code):
            raise CALL_CODE_INCORRECT(attempts_remaining=remaining)
        _verify(tx, deps, call_id, holder, remaining)
        uncount_guess(tx, who.id)
        call = get_call(tx, call_id)
        agent = tx.get_one(Agent, call.agent_id)
        tell_user(tx, holder.user_id, Template.CALL_VERIFIED, agent=agent.display_name)
        _record(tx, deps, who, call)
    return call


def _count_try(tx: Transaction, call_id: str) -> int:
    counting = sa.update(SupportCall).where(
        SupportCall.id == call_id,
        SupportCall.status == CallStatus.ACTIVE,
        SupportCall.wrong_codes < CODE_TRIES,
    )
    counted = counting.values(wrong_codes=SupportCall.wrong_codes + 1)
    wrong_codes: int | None = tx.scalar(counted.returning(SupportCall.wrong_codes))
    if wrong_codes is None:
        raise CALL_VERIFICATION_CLOSED()
    return wrong_codes


def _verify(
    tx: Transaction, deps: SupportDependencies, call_id: str, holder: CodeHolder, remaining: int
) -> None:
    """Write down what the code shows; nothing, and the code stays good, where the call is not to be changed by it."""
    call = get_call(tx, call_id, for_update=True)
    if call.status == CallStatus.ENDED:
        raise CALL_VERIFICATION_CLOSED()
    if call.verified_at is not None and call.user_id != holder.user_id:
        raise CALL_CODE_INCORRECT(attempts_remaining=remaining)
    call.user_id, call.session_id = holder.user_id, holder.session_id
    call.level = level_of_login(holder.logged_in_at, tx.now)
    call.verified_at = tx.now
    call.wrong_codes -= 1
    tx.flush()
    follow_customer(tx, deps, call)


def _record(tx: Transaction, deps: SupportDependencies, who: Principal, call: SupportCall) -> None:
    act = Act(
        actor=who.id,
        action="verify_call",
        subject=call.id,
        customer_id=call.user_id,
        reason=call.id,
        detail={"level": call.level},
    )
    deps.audit.record(tx, act)
