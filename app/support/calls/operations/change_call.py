"""What an agent changes of a call: its notes, its end, its case, who the caller seems to be, and who talks to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.audit.rules import Act
from app.auth.agent_queries import get_agent
from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.http.call import Principal
from app.support.calls.cases import follow_agent, follow_customer, put_into_case, take_cases
from app.support.calls.ending import end_call
from app.support.calls.errors import CALL_ENDED, CALLER_UNKNOWN
from app.support.calls.models import SupportCall
from app.support.calls.operations.record_call import claimed_level
from app.support.calls.queries import get_call, require_responsible
from app.support.calls.rules import CallStatus
from app.support.conversations.message_masking import mask_message
from app.support.dependencies import SupportDependencies
from app.support.levels import Level

ONLY_WHILE_ACTIVE: Final = frozenset({"user_id", "agent_id", "confirmed_fact"})


@dataclass(frozen=True, slots=True)
class CallChange:
    """What shall be different: some of `notes`, `status` (`ended`), `user_id`, `agent_id`, `conversation_id` and
    `confirmed_fact`; done in the order of the functions below, so that a case can be one of the new customer's.
    """

    values: Mapping[str, Any]


def change_call(
    deps: SupportDependencies, who: Principal, call_id: str, change: CallChange
) -> SupportCall:
    """Change a call of one's own; a supervisor may change any.

    Another customer is a claim again, so the level falls to what the number says. Notes are masked. Raises NOT_FOUND
    (an unknown customer, agent or case too), FORBIDDEN, CALL_ENDED for what only makes sense while people talk,
    CALLER_UNKNOWN for a fact about nobody, and what `cases.put_into_case` raises.
    """
    values = change.values
    with deps.database.transaction() as tx:
        call = get_call(tx, call_id, for_update=True)
        require_responsible(call, who)
        if call.status == CallStatus.ENDED and ONLY_WHILE_ACTIVE & values.keys():
            raise CALL_ENDED()
        take_cases(tx, call, values.get("conversation_id"))
        for name, change_it in _CHANGES.items():
            if name in values:
                change_it(tx, deps, call, values[name])
        tx.flush()
        _record(tx, deps, who, call, values)
    return call


def _say_whose(
    tx: Transaction, deps: SupportDependencies, call: SupportCall, user_id: str | None
) -> None:
    if user_id == call.user_id:
        return
    user = None if user_id is None else get_user(tx, user_id)
    call.user_id = user_id
    call.level = claimed_level(call.phone, user) if user else Level.UNKNOWN
    call.session_id = call.verified_at = None
    tx.flush()
    follow_customer(tx, deps, call)


def _put_through(
    tx: Transaction, deps: SupportDependencies, call: SupportCall, agent_id: str
) -> None:
    former, agent = call.agent_id, get_agent(tx, agent_id)
    if agent.disabled_at is not None:
        raise NOT_FOUND()
    call.agent_id = agent.id
    follow_agent(tx, deps, call, former)


def _confirm_fact(_tx: Transaction, _deps: SupportDependencies, call: SupportCall, _: str) -> None:
    if call.user_id is None:
        raise CALLER_UNKNOWN()
    call.level = max(Level(call.level), Level.FACT)


def _write_down(
    _tx: Transaction, _deps: SupportDependencies, call: SupportCall, notes: str | None
) -> None:
    call.notes = None if notes is None else mask_message(notes)


def _end(tx: Transaction, deps: SupportDependencies, call: SupportCall, _ended: str) -> None:
    end_call(tx, deps, call)


_CHANGES: Final[
    Mapping[str, Callable[[Transaction, SupportDependencies, SupportCall, Any], None]]
] = {
    "user_id": _say_whose,
    "agent_id": _put_through,
    "conversation_id": put_into_case,
    "confirmed_fact": _confirm_fact,
    "notes": _write_down,
    "status": _end,
}


def _record(
    tx: Transaction,
    deps: SupportDependencies,
    who: Principal,
    call: SupportCall,
    values: Mapping[str, Any],
) -> None:
    act = Act(
        actor=who.id,
        action="change_call",
        subject=call.id,
        customer_id=call.user_id,
        reason=call.id,
        fields=tuple(sorted(values)),
        detail={
            "status": call.status,
            "level": call.level,
            "agent_id": call.agent_id,
            "conversation_id": call.conversation_id,
            "confirmed_fact": values.get("confirmed_fact"),
        },
    )
    deps.audit.record(tx, act)
