"""An agent says whether they are there; saying it again is the heartbeat."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.clock import machine_now
from app.core.http.call import Principal
from app.core.locale import LOCALES
from app.support.conversations.assigning import release_absent
from app.support.conversations.models import AgentPresence
from app.support.conversations.presence import beat
from app.support.conversations.rules import CHATS_AT_ONCE, PresenceStatus
from app.support.operations import SupportDependencies


@dataclass(frozen=True, slots=True)
class Presence:
    """What is said: `languages` and `capacity` (chats at once) stay as they were where they are None."""

    status: PresenceStatus
    languages: Sequence[str] | None = None
    capacity: int | None = None


def set_presence(deps: SupportDependencies, who: Principal, said: Presence) -> AgentPresence:
    """Keep it for 45 s, or for as long as a stream of the queue is open; chats are given out, or back, at once."""
    told = {
        name: value
        for name, value in (("languages", said.languages), ("capacity", said.capacity))
        if value is not None
    }
    now = {"session_id": who.session_id, "status": said.status, "seen_at": machine_now()}
    with deps.database.transaction() as tx:
        fresh = {"languages": list(LOCALES), "capacity": CHATS_AT_ONCE} | told | now
        if not tx.insert_missing(AgentPresence, agent_id=who.id, **fresh):
            mine = AgentPresence.agent_id == who.id
            tx.change(sa.update(AgentPresence).where(mine).values(**told, **now))
        presence = tx.get_one(AgentPresence, who.id, populate_existing=True)
    release_absent(deps)
    return presence


def keep_presence(deps: SupportDependencies, who: Principal) -> None:
    """The heartbeat of who has said, through this session, to be there; for anybody else it means nothing."""
    with deps.database.transaction() as tx:
        beat(tx, [who.session_id])
