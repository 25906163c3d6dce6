"""Server-sent events as a client hears them: from the test client, or over a real socket."""

import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.client import Client

PATIENCE = 15.0


@dataclass(frozen=True)
class Heard:
    """One event."""

    event: str
    data: Any
    id: int | None


def parse(lines: Iterable[str]) -> Iterator[Heard]:
    """Events of a stream's lines, as the HTML standard reads them; comments and `retry` say nothing."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields |= {name: value} if name in ("event", "id", "data") else {}
        elif fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Heard(fields["event"], json.loads(fields["data"]), number)
            fields = {}


@dataclass
class Ear:
    """What was heard so far; filled by a thread until the stream ends or is cut."""

    heard: list[Heard] = field(default_factory=list)
    has_ended: threading.Event = field(default_factory=threading.Event)

    def of(self, event: str) -> list[Heard]:
        return [it for it in list(self.heard) if it.event == event]

    @property
    def seqs(self) -> list[int | None]:
        """The ids of the messages, in the order in which they came."""
        return [it.id for it in self.of("message")]

    def wait_for(self, count: int, event: str = "message") -> list[Heard]:
        """Once so many of them have come. Raises AssertionError where they don't in time."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.of(event)) < count:
            assert time.monotonic() < deadline, f"{count} of {event} wanted, heard {self.heard}"
            time.sleep(0.01)
        return found

    def wait_for_the_end(self) -> None:
        assert self.has_ended.wait(PATIENCE), f"the stream goes on: {self.heard}"


def _lines_of(chunk: str) -> list[str]:
    """A chunk holds whole events; what its last line break ends is no line."""
    return chunk.removesuffix("\n").split("\n")


class Listener(Ear):
    """Listens with the test client of a wallet."""

    def __init__(self, client: Client, path: str, **headers: str) -> None:
        super().__init__()
        told = client.with_headers(**headers).headers
        self._response = client.flask.open(path, headers=told)
        self.status = self._response.status_code
        assert self._response.mimetype == "text/event-stream", self._response.data
        self.headers = self._response.headers
        self._live = client.flask.application.extensions["wallet"].support.live
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def cut(self) -> None:
        """The client goes away. No server closes an answer that it waits for, so what it waits for comes first."""
        deadline = time.monotonic() + PATIENCE
        while self._thread.is_alive() and time.monotonic() < deadline:
            self._live.close()
            self._thread.join(0.02)

    def _listen(self) -> None:
        chunks = (chunk.decode() for chunk in self._response.iter_encoded())
        for heard in parse(line for chunk in chunks for line in _lines_of(chunk)):
            self.heard.append(heard)
        self._response.close()
        self.has_ended.set()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()


class SocketListener(Ear):
    """Listens over a connection of its own to a running server; can be cut in the middle."""

    def __init__(self, url: str, path: str, token: str, last_event_id: int | None = None) -> None:
        super().__init__()
        place = urlsplit(url)
        self._socket = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        lines = [f"GET {path} HTTP/1.1", f"Host: {place.netloc}", f"Authorization: Bearer {token}"]
        if last_event_id is not None:
            lines.append(f"Last-Event-ID: {last_event_id}")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = dict(self._head())
        self._thread = threading.Thread(target=self._listen, daemon=True)
        if self.status == 200:
            self._thread.start()

    def _head(self) -> Iterator[tuple[str, str]]:
        for line in iter(lambda: self._file.readline().decode().strip(), ""):
            name, _, value = line.partition(": ")
            yield name.lower(), value

    def cut(self) -> None:
        """The network goes away, whatever is on its way."""
        with suppress(OSError):  # the server was faster
            self._socket.shutdown(socket.SHUT_RDWR)
        if self.status == 200:
            self._thread.join(PATIENCE)
        self._file.close()
        self._socket.close()

    def _listen(self) -> None:
        try:
            for heard in parse(self._lines()):
                self.heard.append(heard)
        except (OSError, ValueError):
            return  # cut
        self.has_ended.set()

    def _lines(self) -> Iterator[str]:
        text = ""
        while size := int(self._file.readline() or b"0", 16):
            text += self._file.read(size).decode()
            self._file.readline()
            *lines, text = text.split("\n")
            yield from lines
