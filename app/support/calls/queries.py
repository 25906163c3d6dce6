"""Reading calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Agent
from app.auth.rules import Role, has_role
from app.core.database import Transaction
from app.core.errors import FORBIDDEN, existing
from app.core.http.call import Principal
from app.core.pagination import Page, PageRequest, fetch_page, narrowed
from app.support.calls.models import SupportCall
from app.support.calls.rules import LONGEST_CALL, CallStatus


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What a list of calls is narrowed to; None means any."""

    status: str | None = None
    user_id: str | None = None
    agent_id: str | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class CurrentCall:
    """Whom a user is talking to, or who claims to be the user."""

    direction: str
    agent_name: str
    since: datetime
    verified: bool


def get_call(tx: Transaction, call_id: str, *, for_update: bool = False) -> SupportCall:
    """The call, as it is now. Raises NOT_FOUND."""
    found = tx.get(SupportCall, call_id, populate_existing=True, with_for_update=for_update)
    return existing(found)


def require_responsible(call: SupportCall, who: Principal) -> None:
    """Raises FORBIDDEN unless it is the agent's own call; a supervisor may step in."""
    if call.agent_id != who.id and not has_role(who.role, Role.SUPERVISOR):
        raise FORBIDDEN()


def list_calls(tx: Transaction, wanted: CallFilter, page: PageRequest) -> Page[SupportCall]:
    """Calls, newest first."""
    conditions = narrowed(
        (SupportCall.status, wanted.status),
        (SupportCall.user_id, wanted.user_id),
        (SupportCall.agent_id, wanted.agent_id),
        (SupportCall.conversation_id, wanted.conversation_id),
    )
    query = sa.select(SupportCall).where(*conditions)
    return fetch_page(tx, query, page, at=SupportCall.started_at, row_id=SupportCall.id)


def calls_of_cases(tx: Transaction, ids: Collection[str]) -> Mapping[str, Sequence[SupportCall]]:
    """The calls of each of these conversations that has any, newest first."""
    query = sa.select(SupportCall).where(SupportCall.conversation_id.in_(ids))
    found: dict[str, list[SupportCall]] = {}
    for call in tx.scalars(query.order_by(SupportCall.started_at.desc(), SupportCall.id.desc())):
        found.setdefault(call.conversation_id or "", []).append(call)
    return found


def current_call(tx: Transaction, user_id: str) -> CurrentCall | None:
    """The call with this user that goes on now; one that nobody ended is not shown for longer than calls take."""
    row = tx.execute(
        sa.select(SupportCall, Agent.display_name)
        .join(Agent, Agent.id == SupportCall.agent_id)
        .where(
            SupportCall.user_id == user_id,
            SupportCall.status == CallStatus.ACTIVE,
            SupportCall.started_at > tx.now - LONGEST_CALL,
        )
        .order_by(SupportCall.verified_at.is_(None), SupportCall.started_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    call, agent_name = row[0], row[1]
    return CurrentCall(call.direction, agent_name, call.started_at, call.verified_at is not None)
