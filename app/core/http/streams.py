"""Server-sent events: how they are written, how many streams there may be, and how they end.

A stream keeps one of the server's threads for as long as it is open, so there are fewer of them than half of the
threads; beyond that a caller is told to come again (architecture, traps). Nobody takes all of them from everybody else:
one's own are a quarter at most. What a stream tells is its domain's business.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from flask import Response

from app.core import strict_json
from app.core.database import is_database_trouble
from app.core.errors import BUSY, VALIDATION_FAILED, field_problem

MEDIA: Final = "text/event-stream"
HEARTBEAT_SECONDS: Final = 15.0
"""Contract, section 9, and support.md: in real time."""
RETRY_AFTER_SECONDS: Final = 2
ASKED_SECONDS: Final = 0.5
"""How long an owner's other streams have to show by a heartbeat that their client has gone."""
RECONNECT_MS: Final = 2000
LAST_EVENT_ID: Final = "Last-Event-Id"
"""As Flask spells it."""
LARGEST_ID: Final = 2**63 - 1

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event; only one that can be resumed from has an `id`."""

    event: str
    data: Mapping[str, Any]
    id: int | None = None


EventSource = Iterator[ServerEvent | None]
"""Yields events, and None for a heartbeat; ends with the stream. A generator is closed once the client has gone."""


Ask = Callable[[str], None]
"""Has every stream of an owner send a heartbeat soon; of clients who have gone, the server learns by it."""


def _ask_nobody(_: str) -> None:
    """Where no source can be asked."""


@dataclass(slots=True)
class EventStreams:
    """The streams of one process: fewer than half of its `threads`, and of one owner a quarter of those, rounded up.

    The processes of a server share its streams out by chance; each holds to both, so together they do.
    """

    threads: int
    ask: Ask = _ask_nobody
    most: int = field(init=False)
    most_of_one: int = field(init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _seats: threading.BoundedSemaphore = field(init=False)
    _own: Counter[str] = field(default_factory=Counter, init=False)
    _asking: set[str] = field(default_factory=set, init=False)
    _turn: threading.Condition = field(default_factory=threading.Condition, init=False)

    def __post_init__(self) -> None:
        self.most = max(1, (self.threads - 1) // 2)
        self.most_of_one = -(-self.most // 4)
        self._seats = threading.BoundedSemaphore(self.most)

    @property
    def are_stopping(self) -> bool:
        """True once the server is to end; every source then ends soon."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Have every stream end, since the server does."""
        self._stopping.set()

    def respond(self, source: EventSource, owner: str) -> Response:
        """The answer that streams `source` to `owner`, an id.

        Raises BUSY where too many streams are open, or too many of the owner's, or the server is stopping.
        """
        if self.are_stopping or not self._take(owner):
            raise BUSY(retry_after=RETRY_AFTER_SECONDS)
        stream = _Stream(source, partial(self._give_back, owner))
        response = Response(stream, content_type=f"{MEDIA}; charset=utf-8")
        response.headers["Cache-Control"] = "no-store, no-transform"
        response.headers["X-Accel-Buffering"] = "no"  # a proxy must pass each event on at once
        return response

    def _take(self, owner: str) -> bool:
        with self._turn:
            if not self._has_room(owner) or not self._seats.acquire(blocking=False):
                return False
            self._own[owner] += 1
            return True

    def _has_room(self, owner: str) -> bool:
        """Whether the owner may have one more. A phone that lost its network comes again before its old streams are
        known to be dead, so these are asked first; one call at a time waits for that."""
        if self._own[owner] >= self.most_of_one and owner not in self._asking:
            self._asking.add(owner)
            self.ask(owner)
            self._turn.wait_for(lambda: self._own[owner] < self.most_of_one, ASKED_SECONDS)
            self._asking.discard(owner)
        return self._own[owner] < self.most_of_one

    def _give_back(self, owner: str) -> None:
        self._seats.release()
        with self._turn:
            self._own[owner] -= 1
            if not self._own[owner]:
                del self._own[owner]
            self._turn.notify_all()


class _Stream:
    """The bytes of a stream; gives its seat back exactly once, however it ends.

    The server closes it between two pieces: that a client has gone it learns when it writes, at a heartbeat at latest.
    """

    def __init__(self, source: EventSource, give_back: Callable[[], None]) -> None:
        self._source = source
        self._bytes = _written(source)
        self._give_back = give_back
        self._turn = threading.Lock()
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._bytes)
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        with self._turn:
            if not self._is_open:
                return
            self._is_open = False
        close = getattr(self._source, "close", None)
        try:
            if close is not None:
                close()
        finally:
            self._give_back()


def _written(source: EventSource) -> Iterator[bytes]:
    # The first bytes go out at once, so that the client sees the answer's head before anything happens.
    yield f": open\nretry: {RECONNECT_MS}\n\n".encode()
    try:
        for event in source:
            yield b": heartbeat\n\n" if event is None else written(event)
    except Exception as problem:
        # The head is sent long since: the client learns by the end of the stream, and comes again.
        if not is_database_trouble(problem):
            log.exception("stream_failed")


def written(event: ServerEvent) -> bytes:
    """An event as the HTML standard writes it; JSON has no line breaks of its own."""
    lines = [f"event: {event.event}"]
    if event.id is not None:
        lines.append(f"id: {event.id}")
    lines.append(f"data: {strict_json.dump(event.data)}")
    return ("\n".join(lines) + "\n\n").encode()


def resumed_from(headers: Mapping[str, str], otherwise: int = 0) -> int:
    """After which event a client goes on: `Last-Event-ID`, which a browser sends by itself, or `otherwise`.

    Raises VALIDATION_FAILED for one that we never sent.
    """
    told = headers.get(LAST_EVENT_ID, "").strip()
    if not told:
        return otherwise
    if not (told.isascii() and told.isdigit() and len(told) < 20 and int(told) <= LARGEST_ID):
        raise VALIDATION_FAILED(errors=[field_problem("/Last-Event-ID", "invalid_value")])
    return int(told)
