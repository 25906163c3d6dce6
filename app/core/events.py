"""What happened, announced in the transaction in which it happened (architecture, Flow).

A domain announces a past-tense event such as `payment.succeeded`; rooms above it listen (webhooks, status).
A listener runs in the same transaction, so it may only write rows; sending is a job's work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.database import Transaction


@dataclass(frozen=True, slots=True)
class Event:
    """`type` is past tense and dotted, `subject_id` the object, `data` what listeners may tell others."""

    type: str
    subject_id: str
    user_id: str | None
    data: Mapping[str, Any]


Listener = Callable[[Transaction, Event], None]


@dataclass(slots=True)
class Events:
    """The list of listeners; the factory fills it once."""

    listeners: list[Listener] = field(default_factory=list)

    def listen(self, listener: Listener) -> None:
        """Have `listener` called, in its transaction, for every event from now on."""
        self.listeners.append(listener)

    def announce(self, tx: Transaction, event: Event) -> None:
        """Tell every listener; what one raises undoes the transaction."""
        for listener in self.listeners:
            listener(tx, event)
