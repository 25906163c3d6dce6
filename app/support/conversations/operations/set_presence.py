"""An agent says whether they are there; saying it again is the heartbeat. And which chats they take, how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.clock import machine_now
from app.core.http.call import Principal
from app.support.conversations.assigning import release_absent
from app.support.conversations.models import AgentPresence
from app.support.conversations.presence import beat, never_said
from app.support.conversations.rules import PresenceStatus
from app.support.dependencies import SupportDependencies


@dataclass(frozen=True, slots=True)
class Presence:
    """What is said: what is None stays as it was. `capacity` is how many chats at once.

    Without a `status` nothing is said of being there: an agent who is away stays away, and no heart beats.
    """

    status: PresenceStatus | None = None
    languages: Sequence[str] | None = None
    capacity: int | None = None


def set_presence(deps: SupportDependencies, who: Principal, said: Presence) -> AgentPresence:
    """Keep it for 45 s, or for as long as a stream of the queue is open; chats are given out, or back, at once.

    Languages and capacity are kept for good. Who takes fewer chats than they have keeps those, and is given no more.
    """
    told: dict[str, Any] = {
        name: value
        for name, value in (("languages", said.languages), ("capacity", said.capacity))
        if value is not None
    }
    if said.status is not None:
        told |= {"session_id": who.session_id, "status": said.status}
        told["seen_at"] = machine_now()
    with deps.database.transaction() as tx:
        if not tx.insert_missing(AgentPresence, agent_id=who.id, **(never_said() | told)) and told:
            tx.change(sa.update(AgentPresence).where(AgentPresence.agent_id == who.id).values(told))
        presence = tx.get_one(AgentPresence, who.id, populate_existing=True)
    release_absent(deps)
    return presence


def keep_presence(deps: SupportDependencies, who: Principal) -> None:
    """The heartbeat of who has said, through this session, to be there; for anybody else it means nothing."""
    with deps.database.transaction() as tx:
        beat(tx, [who.session_id])
