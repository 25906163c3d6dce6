"""What is live in this process: one poller asks the database for all open streams, and wakes those that have news.

The database is the only thing that the processes share, so what another one wrote is seen within a poll. A stream reads
its own messages when it is told that there are some; it holds no connection while it waits.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from app.core.database import is_database_trouble
from app.core.http.call import Principal

POLL_SECONDS: Final = 0.25
TROUBLE_SECONDS: Final = 1.0
"""After a look that failed."""

STOP_SECONDS: Final = 5.0
"""Longer than any look takes."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What a stream of one conversation tells: newest message, status, who is typing, whether an agent is there.

    `typing` maps an author to when that ends.
    """

    last_seq: int
    status: str
    typing: Mapping[str, datetime]
    agent_name: str | None
    agent_status: str


@dataclass(frozen=True, slots=True)
class QueueState:
    """What a stream of the queue tells: the newest event's number, users who are typing where, agents, and the
    conversations that their users have open."""

    number: int
    typing: Mapping[str, datetime]
    presences: Mapping[str, str]
    attended: frozenset[str] = frozenset()


State = ConversationState | QueueState


@dataclass(eq=False, slots=True)
class Watcher:
    """One open stream: whose, in which epoch, of which conversation (None: the queue), and what it was told last."""

    who: Principal
    epoch: int
    conversation_id: str | None = None
    news: threading.Event = field(default_factory=threading.Event)
    state: State | None = None
    is_over: bool = False
    is_asked: bool = False

    def hears(self, seconds: float) -> bool:
        """Wait for news; False for a heartbeat instead: none came in that time, or it was asked for one."""
        if not self.news.wait(seconds):
            return False
        if self.is_asked:  # what else there may be is news still
            self.is_asked = False
            return False
        self.news.clear()
        return True

    def ask(self) -> None:
        """Have a heartbeat sent at once."""
        self.is_asked = True
        self.news.set()

    def tell(self, state: State | None) -> None:
        """Wake the stream where something is different; None ends it."""
        if state is None:
            self.is_over = True
        elif state == self.state:
            return
        else:
            self.state = state
        self.news.set()


Look = Callable[[list[Watcher]], Mapping[Watcher, State | None]]
"""Reads what all watchers are to be told, None for one that is to end; with few statements, however many they are."""


class LiveFeed:
    """The poller of one process. It runs only while somebody watches."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._turn = threading.Lock()
        self._watchers: set[Watcher] = set()
        self._thread: threading.Thread | None = None
        self._wanted = threading.Event()

    @contextmanager
    def watch(self, watcher: Watcher) -> Iterator[None]:
        """Have it told of its conversation, or of the queue, until the block ends."""
        with self._turn:
            self._watchers.add(watcher)
            if self._thread is None:
                self._thread = threading.Thread(target=self._poll, name="live", daemon=True)
                self._thread.start()
        self._wanted.set()
        try:
            yield
        finally:
            with self._turn:
                self._watchers.discard(watcher)

    def ask(self, owner: str) -> None:
        """Have every stream of a user or an agent send a heartbeat at once: those whose client has gone end by it."""
        with self._turn:
            watchers = [it for it in self._watchers if it.who.id == owner]
        for watcher in watchers:
            watcher.ask()

    def close(self) -> None:
        """End every stream."""
        with self._turn:
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher.tell(None)

    def stop(self) -> None:
        """End every stream and wait until this process asks the database no more."""
        self.close()
        with self._turn:
            thread = self._thread
            self._watchers.clear()
        self._wanted.set()
        if thread is not None:
            thread.join(STOP_SECONDS)

    def _poll(self) -> None:
        while True:
            with self._turn:
                watchers = list(self._watchers)
                if not watchers:
                    self._thread = None
                    return
            seconds = POLL_SECONDS
            try:
                for watcher, state in self._look(watchers).items():
                    watcher.tell(state)
            except Exception as problem:
                if not is_database_trouble(problem):
                    log.exception("live_feed_failed")
                seconds = TROUBLE_SECONDS
            self._wanted.wait(seconds)
            self._wanted.clear()
