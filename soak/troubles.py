"""What goes wrong outside meanwhile: faults of every kind through the sandbox's door, and an eye on the invariants."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from soak.books import broken_checks
from soak.customers import Customer
from soak.oracle import Finding, Wrong
from soak.wire import Wire

_EVERY_SECONDS = 1.5
_LOOK_SECONDS = 7.0
_MATCHED = 0.5
_LONGEST_DELAY_MS = 1500

_ANYWHERE = ("reset_before", "reset_after", "http_500", "http_503", "garbage")
# Each of these costs a client eight seconds, so they come seldom.
_SILENT = ("hang_before", "hang_after", "drip")
_OPERATIONS = (
    ("gateway", "charge"),
    ("gateway", "inquire"),
    ("gateway", "cancel"),
    ("gateway", "refund"),
    ("bank", "payout"),
    ("bank", "inquire"),
    ("bank", "cancel"),
)
_ONLY_THERE: dict[tuple[str, str], tuple[str, ...]] = {
    ("gateway", "charge"): (
        "declined",
        "insufficient_funds",
        "card_frozen",
        "delay",
        "duplicate_callback",
        "late_success",
    ),
    ("bank", "payout"): ("declined", "insufficient_funds", "delay", "duplicate_callback"),
}
_SILENT_WEIGHT = 0.15
# What only this can bring about, and what takes the longest way.
_OFTEN = {"late_success": 8.0}
_USUAL_TIMES = (1, 1, 1, 2, 3)

Row = tuple[dict[str, Any], float]


def catalogue() -> list[Row]:
    """Every fault that the soak makes, as the body of its call without user and number, and how often it comes."""
    rows: list[Row] = [
        ({"target": target, "kind": "connection_refused"}, 1.0) for target in ("gateway", "bank")
    ]
    for target, operation in _OPERATIONS:
        here = {"target": target, "operation": operation}
        # Money is charged and paid out more often than asked about: there it may break more often.
        weight = 3.0 if (target, operation) in _ONLY_THERE else 1.0
        rows += [(here | {"kind": kind}, weight) for kind in _ANYWHERE]
        rows += [(here | {"kind": kind}, weight * _SILENT_WEIGHT) for kind in _SILENT]
        more = _ONLY_THERE.get((target, operation), ())
        rows += [(here | {"kind": kind}, _OFTEN.get(kind, weight)) for kind in more]
    return rows


@dataclass(slots=True)
class Troublemaker:
    """Makes a fault every moment; `made` counts them by kind, `unknown` are the kinds that this wallet refused."""

    url: str
    customers: list[Customer]
    chance: random.Random
    made: Counter[str] = field(default_factory=Counter)
    unknown: set[str] = field(default_factory=set)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop. The world may be dead at the moment: then there is no fault this time."""
        wire, rows = Wire(self.url), catalogue()
        bodies, weights = [body for body, _ in rows], [weight for _, weight in rows]
        while not stop.wait(self.chance.random() * 2 * _EVERY_SECONDS):
            body = self._detailed(self.chance.choices(bodies, weights)[0])
            status = wire.send("POST", "/sandbox/v1/faults", body).status
            if status == 201:
                self.made[body["kind"]] += 1
            elif status == 422:
                self.unknown.add(f"{body['target']}/{body.get('operation')}/{body['kind']}")
        wire.close()

    def _detailed(self, fault: dict[str, Any]) -> dict[str, Any]:
        body = fault | {"times": self.chance.choice(_USUAL_TIMES)}
        if "operation" in body and self.chance.random() < _MATCHED:
            body["match"] = {"user_id": self.chance.choice(self.customers).id}
        if body["kind"] == "delay":
            body["delay_ms"] = self.chance.randint(50, _LONGEST_DELAY_MS)
        return body


@dataclass(slots=True)
class Watcher:
    """Asks for the invariants while all this happens; `broken` are those that were found not to hold."""

    url: str
    looks: int = 0
    broken: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; no answer at the moment is no finding."""
        wire = Wire(self.url)
        while not stop.wait(_LOOK_SECONDS):
            answer = wire.send("GET", "/sandbox/v1/invariants")
            if answer.acknowledged:
                self.looks += 1
                self.broken += broken_checks(answer.document)
        wire.close()

    def findings(self) -> list[Finding]:
        """What was found not to hold, for the report."""
        return [Finding(Wrong.MISMATCH, "invariants under fire", text) for text in self.broken]
