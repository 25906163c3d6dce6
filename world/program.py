"""The world put together: books, parts, ports, and its beginning and end."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from world import bank, dead_ports, faults, gateway, messages
from world.books import Books, StaleEpochError
from world.connection import Connection
from world.control import Control
from world.dead_ports import DeadPort
from world.interference import Manner
from world.listener import Listener, Serve
from world.mailbox import Mailbox
from world.operations import Reply
from world.postman import Postman
from world.requests import BadRequestError, HungUpError, Request, read_request
from world.service import Service
from world.settings import CONTROL, Settings
from world.silence import Silence

EMAIL = "email"
_SERVICES = {
    "gateway": gateway.OPERATIONS,
    "bank": bank.OPERATIONS,
    "sms": messages.OPERATIONS,
}
_ANNOUNCED = {"email": "smtp"}
_FINISH_SECONDS = 0.5

_log = logging.getLogger(__name__)

Answer = Callable[[Request, Connection, int], None]


class World:
    """Everything that runs; made, started and stopped once."""

    def __init__(self, settings: Settings) -> None:
        """Open the books and take the ports. Raises BooksRefusedError, OSError for a port."""
        self._books = Books(settings.data_dir)
        self._silence = Silence()
        self._mailbox = Mailbox(self._books, self._silence)
        self._postman = Postman(self._books, settings.callbacks)
        self._busy: set[threading.Thread] = set()
        self.simulated = tuple(part for part in settings.ports if part != CONTROL)
        self._listeners = {
            part: self._listener(settings, part, port) for part, port in settings.ports.items()
        }
        self._dead_ports = {
            kind: dead_ports.take(kind, settings.host, port)
            for kind, port in settings.dead_ports.items()
        }

    def start(self) -> dict[str, str]:
        """Listen everywhere; return the address of each part."""
        self._mailbox.start()
        self._postman.start()
        for listener in self._listeners.values():
            listener.start()
        return {
            _ANNOUNCED.get(part, part): _address(part, port)
            for part, port in (self._listeners | self._dead_ports).items()
        }

    def stop(self) -> None:
        """Take no more connections, let answers under way go out, close the books."""
        self._silence.break_off(for_good=True)
        self._books.end_waits()
        for listener in self._listeners.values():
            listener.stop()
        for dead in self._dead_ports.values():
            dead.close()
        deadline = time.monotonic() + _FINISH_SECONDS
        for thread in tuple(self._busy):
            thread.join(max(deadline - time.monotonic(), 0))
        self._mailbox.stop()
        self._postman.stop()
        self._books.close()

    def refresh(self) -> None:
        """Open and close every port as the faults say."""
        for part in self.simulated:
            self._listeners[part].refresh()

    def break_silences(self) -> None:
        """End every hanging connection."""
        self._silence.break_off()

    def _listener(self, settings: Settings, part: str, port: int) -> Listener:
        gate = _AlwaysOpen() if part == CONTROL else _FaultGate(self._books, part)
        return Listener(settings.host, port, gate, self._serving(part))

    def _serving(self, part: str) -> Serve:
        if part == EMAIL:
            return self._mailbox.serve
        answer: Answer = (
            Control(self._books, self).answer
            if part == CONTROL
            else Service(self._books, _SERVICES[part], self._postman).answer
        )
        return lambda connection: self._in_thread(answer, connection)

    def _in_thread(self, answer: Answer, accepted: socket.socket) -> None:
        epoch, connection = self._books.epoch, Connection(accepted, self._silence.begin())

        def work() -> None:
            try:
                _exchange(answer, accepted, connection, epoch)
            finally:
                self._busy.discard(threading.current_thread())

        thread = threading.Thread(target=work, daemon=True)
        self._busy.add(thread)
        thread.start()


def _exchange(answer: Answer, accepted: socket.socket, connection: Connection, epoch: int) -> None:
    """Read one request and answer it; nothing that a client does ends in a traceback."""
    try:
        answer(read_request(accepted), connection, epoch)
    except BadRequestError as refused:
        connection.respond(Manner.PLAIN, Reply(refused.status, {"code": refused.code}))
    except HungUpError:
        _log.debug("a client went away before its request was whole")
    except StaleEpochError:
        connection.respond(Manner.RESET, Reply(503, None))
    except Exception:
        _log.exception("the world failed at a request")
        connection.respond(Manner.SERVER_ERROR, Reply(500, None))
    connection.finish()


class _AlwaysOpen:
    """The gate of the control port: no fault closes it."""

    def accepted(self) -> None:
        """Nothing is counted."""

    def is_open(self) -> bool:
        """It is."""
        return True


class _FaultGate:
    """The gate of a simulated part: faults of the kind that closes ports decide."""

    def __init__(self, books: Books, part: str) -> None:
        self._books = books
        self._part = part

    def accepted(self) -> None:
        """Count the connection where a fault waits for its turn."""
        with suppress(StaleEpochError):
            with self._books.reading() as tx:
                if not faults.has_port_faults(tx, self._part):
                    return
            with self._books.transaction() as tx:
                faults.count_connection(tx, self._part)

    def is_open(self) -> bool:
        """Whether no fault is due that closes this port."""
        try:
            with self._books.reading() as tx:
                return not faults.closes_port(tx, self._part)
        except StaleEpochError:  # the books are closed: so is the port
            return False


def _address(part: str, at: Listener | DeadPort) -> str:
    host = f"[{at.host}]" if ":" in at.host else at.host
    scheme = "smtp" if part == EMAIL else "http"
    return f"{scheme}://{host}:{at.port}"
