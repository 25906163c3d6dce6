"""An agent's stream of the queue: what changed in which conversation, never what was said."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from app.core.clock import rfc3339
from app.core.http.call import Principal
from app.core.http.streams import HEARTBEAT_SECONDS, EventSource, ServerEvent
from app.support.conversations.live import QueueState, Watcher
from app.support.conversations.models import QueueEvent
from app.support.conversations.queue_events import events_after, last_number, number_events
from app.support.conversations.rules import TYPING_LASTS, Author
from app.support.dependencies import SupportDependencies

AT_ONCE: Final = 100


def follow_queue(deps: SupportDependencies, who: Principal, after: int | None) -> EventSource:
    """The events behind `after`, then live ones. Without `after` those from now on.

    The first event is `ready`, whose id is the place where the stream begins, or `resync` where what is behind `after`
    isn't known any more, so that the queue must be read anew.
    """
    number_events(deps.database)
    with deps.database.snapshot() as tx:
        newest, epoch = last_number(tx), tx.epoch
        following = [] if after is None else events_after(tx, after, 1)
    known = after is not None and (
        after == newest or (after < newest and [it.number for it in following] == [after + 1])
    )
    begin = after if known and after is not None else newest
    name = "ready" if known or after is None else "resync"
    first = ServerEvent(name, {"number": begin}, id=begin)
    return _Follower(deps, Watcher(who, epoch), begin, first).events()


class _Follower:
    """Where one stream has got to."""

    def __init__(
        self, deps: SupportDependencies, watcher: Watcher, seen: int, first: ServerEvent
    ) -> None:
        self._deps, self._watcher = deps, watcher
        self._seen, self._first = seen, first
        self._typing: Mapping[str, datetime] = {}
        self._presences: Mapping[str, str] = {}
        self._attended: frozenset[str] = frozenset()

    def events(self) -> EventSource:
        watcher = self._watcher
        with self._deps.live.watch(watcher):
            yield self._first
            while not watcher.is_over:
                if not watcher.hears(HEARTBEAT_SECONDS):
                    yield None
                    continue
                if isinstance(watcher.state, QueueState):
                    yield from self._told(watcher.state)

    def _told(self, state: QueueState) -> Iterator[ServerEvent]:
        while self._seen < state.number and not self._watcher.is_over:
            with self._deps.database.snapshot() as tx:
                if tx.epoch != self._watcher.epoch:
                    return
                events = events_after(tx, self._seen, AT_ONCE)
            if not events:
                break
            for event in events:
                self._seen = event.number or self._seen
                yield _queue_event(event)
        for agent_id in sorted(state.presences.keys() | self._presences.keys()):
            status = state.presences.get(agent_id, "offline")
            if status != self._presences.get(agent_id, "offline"):
                yield ServerEvent("presence", {"agent_id": agent_id, "status": status})
        self._presences = state.presences
        for conversation_id in sorted(state.attended ^ self._attended):
            status = "online" if conversation_id in state.attended else "offline"
            about = {"conversation_id": conversation_id, "status": status}
            yield ServerEvent("customer_presence", about)
        self._attended = state.attended
        for conversation_id, until in state.typing.items():
            if until != self._typing.get(conversation_id):
                seconds = int(TYPING_LASTS.total_seconds())
                yield ServerEvent(
                    "typing",
                    {
                        "conversation_id": conversation_id,
                        "author": Author.USER,
                        "seconds": seconds,
                    },
                )
        self._typing = state.typing


def _queue_event(event: QueueEvent) -> ServerEvent:
    about = {"conversation_id": event.conversation_id, "at": rfc3339(event.created_at)}
    return ServerEvent(event.type, about | event.data, id=event.number)
