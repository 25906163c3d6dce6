"""How a part of the world describes what can be asked of it. What it then does is in its own module."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from world.books import Transaction
from world.interference import UNDISTURBED, Interference
from world.shapes import Shape
from world.sightings import NO_FACTS, Facts

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and a JSON document (None: no body)."""

    status: int
    document: dict[str, Any] | None


NOT_FOUND = Reply(404, {"code": "not_found"})

Act = Callable[[Transaction, Fields, str | None], Reply]
"""Does the thing, or refuses it with the given decline code, in the transaction it is handed."""


def _no_facts(_tx: Transaction, _fields: Fields) -> Facts:
    return NO_FACTS


def _never_late(_tx: Transaction, _fields: Fields) -> None:
    """Most acts cannot come late."""


def _no_trigger(_tx: Transaction, _fields: Fields) -> Interference:
    return UNDISTURBED


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: where it is reached, what it carries, what it does, and what can disturb it.

    `shape` is that of the body, or of the query for a GET. `facts` says what a fault's `match` is
    compared with, `trigger` what the values in the request bring by themselves. `postpone` keeps the
    request instead of doing what it asks: a cancel will have it done all the same.
    """

    target: str
    name: str
    method: str
    path: str
    shape: Shape
    act: Act
    facts: Callable[[Transaction, Fields], Facts] = _no_facts
    trigger: Callable[[Transaction, Fields], Interference] = _no_trigger
    postpone: Callable[[Transaction, Fields], None] = _never_late
