"""A user's stream of an own conversation: what came after a message, then what comes, without a gap or a double.

The stream's own place in the numbers is the only truth: whatever woke it, it reads what is behind that place.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from app.core.http.call import Principal
from app.core.http.streams import HEARTBEAT_SECONDS, EventSource, ServerEvent
from app.support.conversations.live import ConversationState, Watcher
from app.support.conversations.presenting import message_event
from app.support.conversations.queries import messages_after, own_conversation
from app.support.conversations.rules import ENDED, TYPING_LASTS, Author
from app.support.dependencies import SupportDependencies

AT_ONCE: Final = 100
"""Messages read in one statement, so that a long conversation isn't in memory as a whole."""


def follow_conversation(
    deps: SupportDependencies, who: Principal, conversation_id: str, after_seq: int
) -> EventSource | None:
    """Every message behind `after_seq`, then live ones, typing and presence of the agent, and changes of the status.

    None where nothing can come any more: the conversation is over and all of it was told. Raises NOT_FOUND.
    """
    with deps.database.snapshot() as tx:
        found = own_conversation(tx, who.id, conversation_id)
        if found.status in ENDED and found.last_seq <= after_seq:
            return None
        epoch = tx.epoch
    return _Follower(
        deps, Watcher(who, epoch, conversation_id), conversation_id, after_seq
    ).events()


class _Follower:
    """Where one stream has got to."""

    def __init__(
        self, deps: SupportDependencies, watcher: Watcher, conversation_id: str, seen: int
    ) -> None:
        self._deps, self._watcher = deps, watcher
        self._conversation_id = conversation_id
        self._seen = seen
        self._typing: datetime | None = None
        self._presence: tuple[str | None, str] = (None, "offline")
        self._status: str | None = None

    def events(self) -> EventSource:
        watcher = self._watcher
        with self._deps.live.watch(watcher):
            while not watcher.is_over:
                if not watcher.hears(HEARTBEAT_SECONDS):
                    yield None
                    continue
                state = watcher.state
                if isinstance(state, ConversationState):
                    yield from self._told(state)
                    if state.status in ENDED and self._seen >= state.last_seq:
                        return

    def _told(self, state: ConversationState) -> Iterator[ServerEvent]:
        yield from self._messages(state.last_seq)
        if state.status != self._status:
            if self._status is not None or state.status in ENDED:
                yield ServerEvent("status", {"status": state.status})
            self._status = state.status
        if (state.agent_name, state.agent_status) != self._presence:
            self._presence = (state.agent_name, state.agent_status)
            agent = None if state.agent_name is None else {"display_name": state.agent_name}
            yield ServerEvent("presence", {"agent": agent, "status": state.agent_status})
        until = state.typing.get(Author.AGENT)
        if until is not None and until != self._typing:
            yield ServerEvent(
                "typing", {"author": Author.AGENT, "seconds": int(TYPING_LASTS.total_seconds())}
            )
        self._typing = until

    def _messages(self, last_seq: int) -> Iterator[ServerEvent]:
        while self._seen < last_seq and not self._watcher.is_over:
            with self._deps.database.snapshot() as tx:
                if tx.epoch != self._watcher.epoch:
                    return
                messages = messages_after(tx, self._conversation_id, self._seen, AT_ONCE)
            for message in messages:
                self._seen = message.seq
                yield ServerEvent("message", message_event(message), id=message.seq)
