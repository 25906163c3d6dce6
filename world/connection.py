"""One accepted HTTP connection: it carries one request and one answer, in any manner.

The tables of what goes wrong when are in interference.py; this is how it looks on the socket.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus

from world.interference import Manner
from world.operations import Reply
from world.silence import DRIP_SECONDS, Silence

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_GARBAGE = b"\x00\xff<html>no answer that anybody agreed on"
_LINGER_SECONDS = 0.5
_LINGER_BYTES = 1024 * 1024


def reset_on_close(connection: socket.socket) -> None:
    """Make the next close of this socket an RST instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


class Connection:
    """The socket, and what ends a silence that it may have to keep."""

    def __init__(self, connection: socket.socket, end_of_silence: threading.Event) -> None:
        self._socket = connection
        self._end_of_silence = end_of_silence

    def respond(self, manner: Manner, reply: Reply, delay_seconds: float = 0.0) -> None:
        """Answer after a delay, or do what the manner does instead.

        A reset or the end of the world breaks a delay off, and the connection with it. The other side
        may have gone: no matter.
        """
        with suppress(OSError):
            if delay_seconds and Silence.keep(self._end_of_silence, delay_seconds):
                self.reset()
            else:
                _MANNERS[manner](self, reply)

    def send(self, reply: Reply) -> None:
        """Send the reply as it is."""
        self.send_bytes(reply.status, _body(reply))

    def send_bytes(self, status: int, body: bytes) -> None:
        """Send an HTTP answer with this body, whatever it is."""
        self._socket.sendall(_answer(status, body))

    def drip(self, reply: Reply) -> None:
        """Send the reply byte by byte, too slowly for anybody to wait for its end."""
        for byte in _answer(reply.status, _body(reply)):
            self._socket.sendall(bytes((byte,)))
            if Silence.keep(self._end_of_silence, DRIP_SECONDS):
                return self.reset()
        return None

    def reset(self) -> None:
        """Break the connection off with an RST."""
        reset_on_close(self._socket)
        self._socket.close()

    def keep_silent(self) -> None:
        """Hold the connection without a word, then break it off."""
        Silence.keep(self._end_of_silence)
        self.reset()

    def finish(self) -> None:
        """Close in order.

        What the other side still sends is read first (a refused body, say): closing on unread bytes
        would be an RST, and the other side might never see the answer.
        """
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(_LINGER_SECONDS)
            unread = _LINGER_BYTES
            while unread > 0 and (data := self._socket.recv(65536)):
                unread -= len(data)
        self._socket.close()


def _body(reply: Reply) -> bytes:
    return b"" if reply.document is None else json.dumps(reply.document).encode()


def _answer(status: int, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


_MANNERS: Mapping[Manner, Callable[[Connection, Reply], None]] = {
    Manner.PLAIN: Connection.send,
    Manner.RESET: lambda connection, _reply: connection.reset(),
    Manner.SILENCE: lambda connection, _reply: connection.keep_silent(),
    Manner.DRIP: Connection.drip,
    Manner.GARBAGE: lambda connection, _reply: connection.send_bytes(200, _GARBAGE),
    Manner.SERVER_ERROR: lambda connection, _reply: connection.send(
        Reply(500, {"code": "internal_error"})
    ),
    Manner.MAINTENANCE: lambda connection, _reply: connection.send(
        Reply(503, {"code": "maintenance"})
    ),
}
