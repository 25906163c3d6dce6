"""Asks the wallet over HTTP whether it answers yet, without ever holding up the supervisor."""

import selectors
import socket

from supervisor.programs import Answers

_RETRY_SECONDS = 0.02
_CONNECT_SECONDS = 0.2
_ANSWER_SECONDS = 2.0
_STATUS = slice(9, 12)  # of `HTTP/1.1 200 OK`


class Probe:
    """One question at a time, again and again until the answer is 200.

    `due` is the moment at which it wants to be called even though nothing has arrived.
    """

    def __init__(self, target: Answers, selector: selectors.BaseSelector) -> None:
        self.due = 0.0
        self._target = target
        self._selector = selector
        self._socket: socket.socket | None = None
        self._answer = b""

    def step(self, now: float) -> bool:
        """Ask, or look whether the answer has come; True once it was 200."""
        try:
            if self._socket is None:
                if now >= self.due:
                    self._ask(now)
                return False
            return self._listen(now)
        except BlockingIOError:
            return False
        except OSError:
            self._drop(now)
            return False

    def close(self) -> None:
        """Give up the question that is under way, if any."""
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _ask(self, now: float) -> None:
        address = (self._target.host, self._target.port)
        self.due = now + _RETRY_SECONDS
        connection = socket.create_connection(address, timeout=_CONNECT_SECONDS)
        connection.setblocking(False)
        self._socket, self._answer, self.due = connection, b"", now + _ANSWER_SECONDS
        self._selector.register(connection, selectors.EVENT_READ)
        connection.send(
            f"GET {self._target.path} HTTP/1.1\r\nHost: localhost:{self._target.port}\r\n"
            "Connection: close\r\n\r\n".encode("ascii")
        )

    def _listen(self, now: float) -> bool:
        assert self._socket is not None  # noqa: S101 - for the type checker
        if now >= self.due:
            self._drop(now)
            return False
        received = self._socket.recv(1024)
        self._answer += received
        if received and len(self._answer) < _STATUS.stop:
            return False
        is_ready = self._answer[_STATUS] == b"200"
        self._drop(now)
        return is_ready

    def _drop(self, now: float) -> None:
        self.close()
        self.due = now + _RETRY_SECONDS
