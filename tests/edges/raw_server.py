"""A server that says on its socket exactly what a test tells it to."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

Script = Callable[[socket.socket], None]


class RawServer:
    """Runs the script once per connection, after reading a request where `reads` is true."""

    def __init__(self, script: Script, *, reads: bool = True) -> None:
        self._script = script
        self._reads = reads
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.connections = 0
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                if self._reads:
                    self.requests.append(_request(connection))
                self._script(connection)


def _request(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(status: int, body: bytes, *, length: bool = True) -> bytes:
    """A whole HTTP answer; without a length it ends where the connection ends."""
    sized = f"Content-Length: {len(body)}\r\n" if length else ""
    return f"HTTP/1.1 {status} X\r\n{sized}Connection: close\r\n\r\n".encode() + body


def says(*pieces: bytes) -> Script:
    """Send the pieces, then close in order."""
    return drips(pieces, 0)


def drips(pieces: Iterable[bytes], pause_seconds: float) -> Script:
    """Send the pieces with a pause after each."""

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause_seconds)

    return script


def resets_after(*pieces: bytes) -> Script:
    """Send the pieces, then break off with an RST."""

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.1)  # or the RST would overtake them
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return script
