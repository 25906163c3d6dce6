"""A listening port that can really be closed and opened again, at the same number.

While it is closed, a socket that is bound but does not listen keeps the number: the kernel refuses
connections, and nobody else can take the port.
"""

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

_BACKLOG = 128
_APPLY_SECONDS = 5.0
_BIND_TRIES = 40
_BIND_PAUSE_SECONDS = 0.05

_log = logging.getLogger(__name__)

Serve = Callable[[socket.socket], None]


class Gate(Protocol):
    """Who says whether a port is open."""

    def accepted(self) -> None:
        """A connection came in."""

    def is_open(self) -> bool:
        """Whether the next one may."""
        ...


class Listener:
    """One port and the thread that accepts on it; only that thread touches the listening socket.

    A connection that had already reached us when the port closes is served: it came before.
    """

    def __init__(self, host: str, port: int, gate: Gate, serve: Serve) -> None:
        """Take the port, not listening yet. Raises OSError where that is not possible."""
        self._gate = gate
        self._serve = serve
        self._socket = _bound(host, port)
        self.host, self.port = self._socket.getsockname()[:2]
        self._listening = False
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._waiting: list[threading.Event] = []
        self._lock = threading.Lock()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, self._woken)
        self._thread = threading.Thread(target=self._run, name=f"port {self.port}", daemon=True)

    def start(self) -> None:
        """Listen, unless the gate is closed."""
        self._apply()
        self._thread.start()

    def refresh(self) -> None:
        """Ask the gate again; the port is as it says when this returns."""
        applied = threading.Event()
        with self._lock:
            self._waiting.append(applied)
        self._wake_writer.send(b"!")
        applied.wait(_APPLY_SECONDS)

    def stop(self) -> None:
        """Close the port for good; connections that were accepted go on."""
        self._stopping = True
        self.refresh()
        self._thread.join(_APPLY_SECONDS)

    def _run(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select():
                key.data()
        self._selector.close()
        self._socket.close()
        self._wake_reader.close()

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            self._wake_reader.recv(4096)
        with self._lock:
            waiting, self._waiting = self._waiting, []
        self._apply()
        for applied in waiting:
            applied.set()

    def _accept(self) -> None:
        try:
            connection = self._next()
        except OSError:  # nobody there, or gone again before we looked
            return
        self._gate.accepted()
        self._apply()
        self._serve(connection)

    def _apply(self) -> None:
        opened = not self._stopping and self._gate.is_open()
        if opened and not self._listening:
            self._open()
        elif not opened and self._listening:
            self._close()

    def _open(self) -> None:
        self._socket.listen(_BACKLOG)
        self._selector.register(self._socket, selectors.EVENT_READ, self._accept)
        self._listening = True

    def _close(self) -> None:
        self._selector.unregister(self._socket)
        self._listening = False
        early = self._pending()
        self._socket.close()
        if not self._stopping:
            self._socket = _bound_again(self.host, self.port)
        for connection in early:
            self._serve(connection)

    def _pending(self) -> list[socket.socket]:
        early = []
        with suppress(OSError):
            while True:
                early.append(self._next())
        return early

    def _next(self) -> socket.socket:
        connection, _ = self._socket.accept()
        connection.setblocking(True)
        # Answers of several small writes, as in SMTP, would each wait for the other side's delayed
        # acknowledgement: 40 ms per mail.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setblocking(False)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


def _bound_again(host: str, port: int) -> socket.socket:
    """Take our port again. Another program may hold it for the moment between close and bind."""
    for _ in range(_BIND_TRIES - 1):
        try:
            return _bound(host, port)
        except OSError:
            _log.warning("port %s is taken, trying again", port)
            time.sleep(_BIND_PAUSE_SECONDS)
    return _bound(host, port)
