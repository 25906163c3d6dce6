"""How a part of the world serves its operations: one transaction, disturbed where it is asked for.

Counting faults, the act, what the act writes and the callbacks that tell of it are one transaction: a
kill at any moment leaves all of it or nothing, and only then is anything said on the socket.
"""

from collections.abc import Iterable
from dataclasses import replace

from world import faults, shapes
from world.books import Books, Transaction
from world.connection import Connection
from world.interference import Interference, Manner
from world.operations import NOT_FOUND, Fields, Operation, Reply
from world.postman import Postman
from world.requests import Request
from world.shapes import ShapeRefusedError


class Service:
    """The operations of one target behind one port."""

    def __init__(self, books: Books, operations: Iterable[Operation], postman: Postman) -> None:
        self._books = books
        self._postman = postman
        self._routes = {(each.method, each.path): each for each in operations}
        self._named = {each.name: each for each in self._routes.values()}

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
            found, reply = _act(tx, operation, fields)
            if found.callbacks:
                self._tell(tx, operation, fields, copies=found.callbacks)
        connection.respond(found.manner, reply, found.delay_seconds)
        if found.callbacks:
            self._postman.wake()

    def _tell(self, tx: Transaction, operation: Operation, fields: Fields, *, copies: int) -> None:
        """Queue callbacks of the outcome: what they show is what an inquiry would."""
        reference = {"reference": fields["reference"]}
        shown = self._named["inquire"].act(tx, reference, None).document or {}
        event = f"{operation.name}.{shown['status']}"
        self._postman.take(tx, operation.target, event, shown, copies=copies)


def validation_failed(refused: ShapeRefusedError) -> Reply:
    """Return the refusal of a request that is not of its shape."""
    return Reply(422, {"code": "validation_failed", "errors": refused.errors})


def _act(tx: Transaction, operation: Operation, fields: Fields) -> tuple[Interference, Reply]:
    facts = operation.facts(tx, fields)
    found = faults.meet(tx, operation.target, operation.name, facts)
    if found.leaves_the_ordinary:
        found = replace(
            operation.trigger(tx, fields),
            callbacks=found.callbacks,
            delay_seconds=found.delay_seconds,
        )
    if found.late:
        operation.postpone(tx, fields)
    reply = operation.act(tx, fields, found.refusal) if found.acts else NOT_FOUND
    return found, reply
