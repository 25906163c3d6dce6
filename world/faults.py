"""Faults that a test has asked for: made, listed, removed, and counted down exactly.

They are durable, counters included: a world that is killed goes on with what was left.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from world import shapes, sightings
from world.books import Transaction, new_id
from world.interference import (
    CONNECTION_REFUSED,
    KINDS,
    TARGETS,
    UNDISTURBED,
    Interference,
    suits,
)
from world.shapes import ShapeRefusedError, integer, optional
from world.sightings import Facts

_MOST_TIMES = 1_000_000
_LONGEST_DELAY_MS = 60_000

SHAPE: shapes.Shape = {
    "target": shapes.one_of(*TARGETS),
    "operation": optional(shapes.name),
    "kind": shapes.one_of(*KINDS),
    "times": optional(integer(1, _MOST_TIMES)),
    "after": optional(integer(0, _MOST_TIMES)),
    "match": optional(
        shapes.object_of(
            {
                "amount": optional(shapes.amount),
                "merchant_id": optional(shapes.name),
                "user_id": optional(shapes.name),
                "card_last4": optional(shapes.last4),
            }
        )
    ),
    "delay_ms": optional(integer(1, _LONGEST_DELAY_MS)),
}


def create(tx: Transaction, simulated: Iterable[str], asked: dict[str, Any]) -> dict[str, Any]:
    """Make a fault of a body that has SHAPE; raise ShapeRefusedError where it suits nothing.

    A closed port refuses every operation alike, whichever is named.
    """
    wanted = {name: value for name, value in (asked["match"] or {}).items() if value is not None}
    _refuse_unsuited(asked, wanted, simulated)
    after = asked["after"] or 0
    fault_id = new_id("flt")
    row = {
        "id": fault_id,
        "target": asked["target"],
        "operation": asked["operation"],
        "kind": asked["kind"],
        "times": asked["times"] or 1,
        "after": after,
        "after_left": after,
        "match": json.dumps(wanted),
        "delay_ms": asked["delay_ms"],
        "created_at": tx.now,
    }
    tx.insert("faults", row)
    return _shown(tx.all("SELECT * FROM faults WHERE id = :id", id=fault_id)[0])


def listed(tx: Transaction) -> list[dict[str, Any]]:
    """Return every fault, used ones too, in the order in which they are tried."""
    return [_shown(row) for row in tx.all("SELECT * FROM faults ORDER BY seq")]


def remove(tx: Transaction, fault_id: str | None = None) -> bool:
    """Forget one fault, or all of them; return whether there was one."""
    concerned = "WHERE :id IS NULL OR id = :id"
    found = tx.value(f"SELECT count(*) FROM faults {concerned}", id=fault_id)  # noqa: S608 - ours
    tx.run(f"DELETE FROM faults {concerned}", id=fault_id)  # noqa: S608 - ours
    return bool(found)


def meet(tx: Transaction, target: str, operation: str, facts: Facts) -> Interference:
    """Count a request at every fault that it matches; return what the one that fires does.

    Each matching fault lets its `after` requests pass, whether another one fires at them or not. Of
    those that are due, the oldest fires; a request meets one fault at most.
    """
    fired: sqlite3.Row | None = None
    for row in _unused(tx, target):
        if not _concerns(row, operation, facts):
            continue
        if row["after_left"]:
            _let_pass(tx, row)
        elif fired is None:
            fired = row
            _hit(tx, row)
    return UNDISTURBED if fired is None else _interference(fired)


def count_connection(tx: Transaction, target: str) -> None:
    """A connection was accepted: the faults that will close this port let one pass."""
    for row in _unused(tx, target):
        if row["kind"] == CONNECTION_REFUSED and row["after_left"]:
            _let_pass(tx, row)


def closes_port(tx: Transaction, target: str) -> bool:
    """Whether connections to the target are to be refused now."""
    return _closing(tx, target) is not None


def count_refusal(tx: Transaction, target: str) -> None:
    """A connection was refused, says the one who tried; a closed port cannot see it itself."""
    row = _closing(tx, target)
    if row is not None:
        _hit(tx, row)


def has_port_faults(tx: Transaction, target: str) -> bool:
    """Whether any fault waits to close the port, or has closed it."""
    return any(row["kind"] == CONNECTION_REFUSED for row in _unused(tx, target))


def _closing(tx: Transaction, target: str) -> sqlite3.Row | None:
    due = (
        row
        for row in _unused(tx, target)
        if row["kind"] == CONNECTION_REFUSED and not row["after_left"]
    )
    return next(due, None)


def _unused(tx: Transaction, target: str) -> list[sqlite3.Row]:
    return tx.all(
        "SELECT * FROM faults WHERE target = :target AND hits < times ORDER BY seq", target=target
    )


def _concerns(row: sqlite3.Row, operation: str, facts: Facts) -> bool:
    kind = KINDS[row["kind"]]
    return (
        kind.interference is not None
        and row["operation"] in (None, operation)
        and suits(kind, row["target"], operation)
        and sightings.matches(json.loads(row["match"]), facts)
    )


def _interference(row: sqlite3.Row) -> Interference:
    does = KINDS[row["kind"]].interference or UNDISTURBED
    return replace(does, delay_seconds=(row["delay_ms"] or 0) / 1000)


def _let_pass(tx: Transaction, row: sqlite3.Row) -> None:
    tx.run("UPDATE faults SET after_left = after_left - 1 WHERE seq = :seq", seq=row["seq"])


def _hit(tx: Transaction, row: sqlite3.Row) -> None:
    tx.run("UPDATE faults SET hits = hits + 1 WHERE seq = :seq", seq=row["seq"])


def _refuse_unsuited(
    asked: dict[str, Any], wanted: dict[str, Any], simulated: Iterable[str]
) -> None:
    kind, target, operation = KINDS[asked["kind"]], asked["target"], asked["operation"]
    closes, delayed = kind.interference is None, asked["delay_ms"] is not None
    unknown = sorted(wanted.keys() - set(sightings.MATCHABLE[target]))
    name, absent = asked["kind"], ", ".join(unknown)
    complaints = (
        (
            target not in simulated,
            "target",
            f"{target} is not simulated here",
            f"此处没有模拟 {target}",
        ),
        (
            not suits(kind, target, operation),
            "kind" if operation is None else "operation",
            f"{name} does not suit {operation or 'anything'} at {target}",
            f"{name} 不适用于 {target} 的{operation or '任何操作'}",
        ),
        (
            closes and bool(wanted),
            "match",
            "a closed port sees no content to match",
            "关闭的端口看不到请求内容，无法匹配",
        ),
        (
            bool(unknown),
            "match",
            f"requests to {target} have no {absent}",
            f"发往 {target} 的请求没有 {absent}",
        ),
        (
            delayed and not kind.delays,
            "delay_ms",
            f"{name} takes no delay",
            f"{name} 不接受 delay_ms",
        ),
        (kind.delays and not delayed, "delay_ms", f"{name} needs one", f"{name} 需要 delay_ms"),
    )
    errors = [
        {"pointer": f"/{at}", "message": said, "message_zh": said_zh}
        for wrong, at, said, said_zh in complaints
        if wrong
    ]
    if errors:
        raise ShapeRefusedError(errors)


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "target": row["target"],
        "operation": row["operation"],
        "kind": row["kind"],
        "times": row["times"],
        "after": row["after"],
        "match": json.loads(row["match"]) or None,
        "delay_ms": row["delay_ms"],
        "hits": row["hits"],
        "remaining": row["times"] - row["hits"],
        "created_at": row["created_at"],
    }
