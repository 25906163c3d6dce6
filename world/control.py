"""The control port: what the wallet's sandbox doors ask of the world. Never reached by the wallet's own work."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from world import bank, cards, faults, gateway, messages, shapes, times, triggers
from world.books import Books, Transaction
from world.connection import Connection
from world.interference import TARGETS, Manner
from world.operations import NOT_FOUND, Fields, Reply
from world.requests import Request
from world.service import validation_failed
from world.shapes import Shape, ShapeRefusedError, optional

LONGEST_WAIT_SECONDS = 30
_MOST_OFFSET_SECONDS = 10 * 366 * 86400

_NO_BODY = Reply(204, None)


class Ports(Protocol):
    """What control does to the ports of the simulated parts."""

    @property
    def simulated(self) -> tuple[str, ...]:
        """The targets that this world plays."""
        ...

    def refresh(self) -> None:
        """Open and close every port as the faults say."""

    def break_silences(self) -> None:
        """End every hanging connection."""


@dataclass(frozen=True, slots=True)
class _Route:
    """One control call; `shape` is that of the body, or of the query where there is no body."""

    method: str
    path: str
    do: Callable[["Control", Fields], Reply]
    shape: Shape


class Control:
    """The calls of the control port, over the books and the ports."""

    def __init__(self, books: Books, ports: Ports) -> None:
        self._books = books
        self._ports = ports

    def answer(self, request: Request, connection: Connection, _epoch: int) -> None:
        """Answer one control call."""
        connection.respond(Manner.PLAIN, self._reply(request))

    def _reply(self, request: Request) -> Reply:
        found = _find(request)
        if found is None:
            return NOT_FOUND
        route, in_path = found
        given = request.query if request.method in ("GET", "DELETE") else _body(request)
        try:
            fields = shapes.check(route.shape, given)
            return route.do(self, fields | in_path)
        except ShapeRefusedError as refused:
            return validation_failed(refused)

    def _health(self, _fields: Fields) -> Reply:
        with self._books.reading() as tx:
            return Reply(200, {"status": "ok", "now": tx.now})

    def _create_fault(self, fields: Fields) -> Reply:
        with self._books.transaction() as tx:
            fault = faults.create(tx, self._ports.simulated, fields)
        self._ports.refresh()
        return Reply(201, fault)

    def _list_faults(self, _fields: Fields) -> Reply:
        return self._listing(faults.listed)

    def _remove_faults(self, fields: Fields) -> Reply:
        fault_id = fields.get("id")
        with self._books.transaction() as tx:
            found = faults.remove(tx, fault_id)
        self._ports.refresh()
        return _NO_BODY if found or fault_id is None else NOT_FOUND

    def _refused(self, fields: Fields) -> Reply:
        with self._books.transaction() as tx:
            faults.count_refusal(tx, fields["target"])
        self._ports.refresh()
        return _NO_BODY

    def _list_messages(self, fields: Fields) -> Reply:
        since = _instant(fields["since"])
        found = self._books.wait_for(
            lambda tx: messages.listed(tx, fields["to"], since), _seconds(fields["wait"])
        )
        return Reply(200, {"data": found})

    def _remove_messages(self, _fields: Fields) -> Reply:
        with self._books.transaction() as tx:
            messages.empty(tx)
        return _NO_BODY

    def _statement(self, fields: Fields) -> Reply:
        return self._listing(lambda tx: cards.statement(tx, fields["card_number"]))

    def _charges(self, fields: Fields) -> Reply:
        return self._listing(lambda tx: gateway.listed(tx, fields["reference"]))

    def _movements(self, _fields: Fields) -> Reply:
        return self._listing(bank.listed)

    def _triggers(self, _fields: Fields) -> Reply:
        return Reply(200, {"data": triggers.listed()})

    def _set_clock(self, fields: Fields) -> Reply:
        offset = fields["offset_seconds"]
        return Reply(200, {"offset_seconds": offset, "now": self._books.set_clock(offset)})

    def _reset(self, _fields: Fields) -> Reply:
        self._books.reset()
        self._ports.refresh()
        self._ports.break_silences()
        return _NO_BODY

    def _listing(self, read: Callable[[Transaction], list[dict[str, Any]]]) -> Reply:
        with self._books.reading() as tx:
            return Reply(200, {"data": read(tx)})

    ROUTES: tuple[_Route, ...] = (
        _Route("GET", "/healthz", _health, {}),
        _Route("POST", "/faults", _create_fault, faults.SHAPE),
        _Route("GET", "/faults", _list_faults, {}),
        _Route("DELETE", "/faults", _remove_faults, {}),
        _Route("DELETE", "/faults/{id}", _remove_faults, {}),
        _Route("POST", "/refused", _refused, {"target": shapes.one_of(*TARGETS)}),
        _Route(
            "GET",
            "/messages",
            _list_messages,
            {name: optional(shapes.text) for name in ("to", "since", "wait")},
        ),
        _Route("DELETE", "/messages", _remove_messages, {}),
        _Route("GET", "/bank-statements", _statement, {"card_number": shapes.card_number}),
        _Route("GET", "/charges", _charges, {"reference": optional(shapes.name)}),
        _Route("GET", "/movements", _movements, {}),
        _Route("GET", "/triggers", _triggers, {}),
        _Route(
            "PUT",
            "/clock",
            _set_clock,
            {"offset_seconds": shapes.number(-_MOST_OFFSET_SECONDS, _MOST_OFFSET_SECONDS)},
        ),
        _Route("POST", "/reset", _reset, {}),
    )


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub("{([a-z]+)}", r"(?P<\1>[^/]+)", path))


def _find(request: Request) -> tuple[_Route, dict[str, str]] | None:
    for route in Control.ROUTES:
        fitting = _pattern(route.path).fullmatch(request.path)
        if route.method == request.method and fitting:
            return route, fitting.groupdict()
    return None


def _body(request: Request) -> Any:
    return {} if request.body is None else request.body


def _instant(given: str | None) -> str | None:
    try:
        return None if given is None else times.read(given)
    except ValueError as error:
        complaint = {"pointer": "/since", "message": "must be an RFC 3339 instant"}
        raise ShapeRefusedError([complaint]) from error


def _seconds(given: str | None) -> int:
    text = given or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        complaint = {"pointer": "/wait", "message": "must be whole seconds"}
        raise ShapeRefusedError([complaint])
    return min(int(text), LONGEST_WAIT_SECONDS)
