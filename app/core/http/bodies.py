"""Reads bodies, while so many threads of the server at most wait for one.

The web server hands a request over once its head is there, and its read of the body waits for ever: bodies that never
come would take every thread. Half of the threads stay free of them, for calls without a body, streams and probes.

A deadline is not here. The read can't be broken off, and an answer that is given while another thread still reads stops
the whole process of granian 2.8.
"""

import threading
from typing import Final

from flask import Request

from app.core.errors import BUSY
from app.core.http.decoding import MAX_BODY_BYTES

LONGEST_WAIT_SECONDS: Final = 0.5  # a body that is on its way leaves its place within a moment
RETRY_AFTER_SECONDS: Final = 1


class BodyReader:
    """Reads the bodies of one server process with `threads` threads."""

    def __init__(self, threads: int) -> None:
        self._places = threading.BoundedSemaphore(max(1, threads // 2))

    def read(self, request: Request) -> bytes:
        """The body, or one byte more than is allowed; every request's is read, whoever sent it.

        What is left unread would be taken for the next request on a connection that is kept alive, so the server
        closes it, and the client's next call fails. Raises BUSY where too many wait for theirs.
        """
        if not _has_body(request):
            return b""
        if not self._places.acquire(timeout=LONGEST_WAIT_SECONDS):
            raise BUSY(retry_after=RETRY_AFTER_SECONDS)
        try:
            return _read_bounded(request)
        finally:
            self._places.release()


def _has_body(request: Request) -> bool:
    """Whether one is announced; HTTP/2 need not say so."""
    if request.content_length is not None:
        return request.content_length > 0
    told = "Transfer-Encoding" in request.headers
    return told or request.environ.get("SERVER_PROTOCOL") == "HTTP/2"


def _read_bounded(request: Request) -> bytes:
    raw = bytearray()
    while len(raw) <= MAX_BODY_BYTES:
        piece = request.stream.read(MAX_BODY_BYTES + 1 - len(raw))
        if not piece:
            break
        raw += piece
    return bytes(raw)
