"""Reading a book from its beginning, page by page: how gateway and bank let others reconcile.

Which lines a book has is told by gateway.py and bank.py. No fault suits this call: what a test compares
must be the truth.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from world import shapes
from world.books import Transaction
from world.operations import Fields, Operation, Reply
from world.shapes import Shape, optional

_PAGE = 500
_SHAPE: Shape = {"after": optional(shapes.sequence)}

ReadPage = Callable[[Transaction, int, int], list[sqlite3.Row]]
"""Settled lines whose `seq` is above the first number, oldest first, at most as many as the second."""

Show = Callable[[sqlite3.Row], dict[str, Any]]


def settlements(target: str, read_page: ReadPage, show: Show) -> Operation:
    """Return the operation that shows a target's settled lines, oldest first."""

    def read(tx: Transaction, fields: Fields, _refusal: str | None) -> Reply:
        rows = read_page(tx, int(fields["after"] or 0), _PAGE + 1)
        page = rows[:_PAGE]
        following = str(page[-1]["seq"]) if len(rows) > _PAGE else None
        return Reply(200, {"data": [show(row) for row in page], "next": following})

    return Operation(target, "settlements", "GET", "/v1/settlements", _SHAPE, read)
