"""How a part of the world serves its operations: one transaction, disturbed where it is asked for.

Counting faults, the act, and what the act writes are one transaction: a kill at any moment leaves
all of it or nothing, and only then is anything said on the socket.
"""

from collections.abc import Iterable

from world import faults, shapes
from world.books import Books, Transaction
from world.connection import Connection
from world.interference import UNDISTURBED, Manner
from world.operations import NOT_FOUND, Fields, Operation, Reply
from world.requests import Request
from world.shapes import ShapeRefusedError


class Service:
    """The operations of one target behind one port."""

    def __init__(self, books: Books, operations: Iterable[Operation]) -> None:
        self._books = books
        self._routes = {(each.method, each.path): each for each in operations}

    def answer(self, request: Request, connection: Connection, epoch: int) -> None:
        """Do what the request asks; raises StaleEpochError where a reset came in between."""
        operation = self._routes.get((request.method, request.path))
        if operation is None:
            connection.respond(Manner.PLAIN, NOT_FOUND)
            return
        given = request.query if request.method == "GET" else request.body
        try:
            fields = shapes.check(operation.shape, given)
        except ShapeRefusedError as refused:
            connection.respond(Manner.PLAIN, validation_failed(refused))
            return
        with self._books.transaction(epoch) as tx:
            manner, reply = _act(tx, operation, fields)
        connection.respond(manner, reply)


def validation_failed(refused: ShapeRefusedError) -> Reply:
    """Return the refusal of a request that is not of its shape."""
    return Reply(422, {"code": "validation_failed", "errors": refused.errors})


def _act(tx: Transaction, operation: Operation, fields: Fields) -> tuple[Manner, Reply]:
    facts = operation.facts(tx, fields)
    found = faults.meet(tx, operation.target, operation.name, facts)
    if found is UNDISTURBED:
        found = operation.trigger(tx, fields)
    reply = operation.act(tx, fields, found.refusal) if found.acts else NOT_FOUND
    return found.manner, reply
