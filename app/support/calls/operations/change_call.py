"""What an agent changes of a call: its notes, its end, who the caller seems to be, and who talks to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from app.audit.rules import Act
from app.auth.models import Agent
from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.http.call import Principal
from app.support.calls.errors import CALL_ENDED
from app.support.calls.models import SupportCall
from app.support.calls.operations.record_call import claimed_level
from app.support.calls.queries import get_call, require_responsible
from app.support.calls.rules import CallStatus
from app.support.conversations.message_masking import mask_message
from app.support.levels import Level
from app.support.operations import SupportDependencies

ONLY_WHILE_ACTIVE: Final = frozenset({"user_id", "agent_id"})


@dataclass(frozen=True, slots=True)
class CallChange:
    """What shall be different: some of `notes`, `status` (`ended`), `user_id` and `agent_id`."""

    values: Mapping[str, Any]


def change_call(
    deps: SupportDependencies, who: Principal, call_id: str, change: CallChange
) -> SupportCall:
    """Change a call of one's own; a supervisor may change any.

    Another customer is a claim again, so the level falls to what the number says. Notes are masked. Raises NOT_FOUND
    (an unknown customer or agent too), FORBIDDEN, and CALL_ENDED for what only makes sense while people talk.
    """
    values = change.values
    with deps.database.transaction() as tx:
        call = get_call(tx, call_id, for_update=True)
        require_responsible(call, who)
        if call.status == CallStatus.ENDED and ONLY_WHILE_ACTIVE & values.keys():
            raise CALL_ENDED()
        if "user_id" in values:
            _put_through_for(tx, call, values["user_id"])
        if "agent_id" in values:
            call.agent_id = _known_agent(tx, values["agent_id"])
        if "notes" in values:
            call.notes = None if values["notes"] is None else mask_message(values["notes"])
        if "status" in values and call.status != CallStatus.ENDED:
            call.status, call.ended_at = CallStatus.ENDED, tx.now
        tx.flush()
        _record(tx, deps, who, call, values)
    return call


def _put_through_for(tx: Transaction, call: SupportCall, user_id: str | None) -> None:
    if user_id == call.user_id:
        return
    user = None if user_id is None else get_user(tx, user_id)
    call.user_id = user_id
    call.level = claimed_level(call.phone, user) if user else Level.UNKNOWN
    call.verified_at = None


def _known_agent(tx: Transaction, agent_id: str) -> str:
    if tx.scalar(sa.select(Agent.id).where(Agent.id == agent_id)) is None:
        raise NOT_FOUND()
    return agent_id


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
        detail={"status": call.status, "level": call.level, "agent_id": call.agent_id},
    )
    deps.audit.record(tx, act)
