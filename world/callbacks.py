"""The outbox of callbacks: what gateway and bank still have to tell the wallet, and when it is due.

Durable, and written in the transaction of the act that is told of. Who carries it out is postman.py. Due
moments are machine time: a receiver that is down comes up in real time.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from world.books import Transaction, new_id

# Before the second, third and fourth try; after that one it is given up.
_PAUSES_SECONDS = (1.0, 5.0, 30.0)


@dataclass(frozen=True, slots=True)
class Callback:
    """One delivery that is due. `id` is the message's: the same for each copy and each try."""

    seq: int
    id: str
    target: str
    body: str
    tries: int
    due_at: float


def queue(
    tx: Transaction,
    target: str,
    event: str,
    data: Mapping[str, Any],
    *,
    copies: int,
    due_at: float,
) -> None:
    """Have an event told of so many times; it is one message, however often it comes."""
    body = json.dumps({"type": event, "timestamp": tx.now, "data": data})
    message = {"id": new_id("msg"), "target": target, "body": body, "due_at": due_at}
    for _ in range(copies):
        tx.insert("callbacks", message)


def next_due(tx: Transaction) -> Callback | None:
    """Return the delivery that is due first, now or later, or None."""
    row = tx.one(
        "SELECT seq, id, target, body, tries, due_at FROM callbacks ORDER BY due_at, seq LIMIT 1"
    )
    return None if row is None else _read(row)


def delivered(tx: Transaction, callback: Callback) -> None:
    """It has arrived: forget it. Nothing happens where a reset has forgotten it before."""
    tx.run("DELETE FROM callbacks WHERE seq = :seq", seq=callback.seq)


def failed(tx: Transaction, callback: Callback, now: float) -> None:
    """It has not arrived: try again after a pause, or give it up after the last."""
    if callback.tries == len(_PAUSES_SECONDS):
        delivered(tx, callback)
        return
    tx.run(
        "UPDATE callbacks SET tries = tries + 1, due_at = :due_at WHERE seq = :seq",
        due_at=now + _PAUSES_SECONDS[callback.tries],
        seq=callback.seq,
    )


def _read(row: sqlite3.Row) -> Callback:
    return Callback(**dict(row))
