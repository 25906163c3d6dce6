"""An agent picks up or calls somebody (contract, section 8)."""

from app.audit.rules import Act
from app.auth.models import User
from app.auth.queries import find_user_by_identifier
from app.core.database import Transaction
from app.core.ids import new_id
from app.support.calls.cases import open_case, put_into_case
from app.support.calls.ending import end_when_forgotten
from app.support.calls.models import SupportCall
from app.support.calls.rules import CallStatus, Direction
from app.support.conversations.recording import get_conversation
from app.support.dependencies import SupportDependencies
from app.support.levels import Level


def record_call(
    deps: SupportDependencies,
    agent_id: str,
    phone: str | None,
    direction: Direction,
    conversation_id: str | None = None,
) -> SupportCall:
    """Begin a call, in the case that it is about or in one of its own.

    Whose number it is the caller only seems to be: L1, since numbers are easily forged; else L0. A number that nobody
    has may be that of the case's customer. Raises NOT_FOUND for the case, CONVERSATION_CLOSED, and
    CALL_OF_ANOTHER_CUSTOMER where the number is somebody else's.
    """
    with deps.database.transaction() as tx:
        user = None if phone is None else find_user_by_identifier(tx, phone)
        owner_id = None if user is None else user.id
        if conversation_id is not None:
            owner_id = owner_id or get_conversation(tx, conversation_id).user_id
        call = SupportCall(
            id=new_id("call"),
            agent_id=agent_id,
            phone=phone,
            direction=direction,
            user_id=owner_id,
            level=claimed_level(phone, user),
            status=CallStatus.ACTIVE,
            notes=None,
            wrong_codes=0,
            started_at=tx.now,
        )
        tx.add(call)
        tx.flush()
        end_when_forgotten(tx, call)
        if conversation_id is None:
            open_case(tx, deps, call)
        else:
            put_into_case(tx, deps, call, conversation_id)
        _record(tx, deps, call)
    return call


def claimed_level(phone: str | None, user: User | None) -> Level:
    """What a number says about somebody by itself."""
    return Level.NUMBER if user is not None and user.phone == phone else Level.UNKNOWN


def _record(tx: Transaction, deps: SupportDependencies, call: SupportCall) -> None:
    act = Act(
        actor=call.agent_id,
        action="record_call",
        subject=call.id,
        customer_id=call.user_id,
        reason=call.id,
        fields=("phone",) if call.phone else (),
        detail={
            "direction": call.direction,
            "level": call.level,
            "conversation_id": call.conversation_id,
        },
    )
    deps.audit.record(tx, act)
