"""What each reference was about when it was first seen: what a fault's `match` is compared with."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from world.books import Transaction

MATCHABLE = {
    "gateway": ("amount", "merchant_id", "user_id", "card_last4"),
    "bank": ("amount", "user_id", "card_last4"),
    "sms": (),
    "email": (),
}
"""The fields that requests to a target can have at all."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a request, what can be matched; None where it has no such thing."""

    amount: int | None = None
    merchant_id: str | None = None
    user_id: str | None = None
    card_last4: str | None = None


NO_FACTS = Facts()


def matches(wanted: Mapping[str, Any], facts: Facts) -> bool:
    """Whether every wanted field is as wanted."""
    return all(getattr(facts, name) == value for name, value in wanted.items())


def remember(tx: Transaction, target: str, reference: str, facts: Facts) -> Facts:
    """Note what a reference is about, done or not; the first request of a reference counts."""
    if recall(tx, target, reference) is None:
        tx.insert("sightings", {"target": target, "reference": reference} | asdict(facts))
    return facts


def recall(tx: Transaction, target: str, reference: str) -> Facts | None:
    """What a reference is about, or None for one never seen."""
    row = tx.one(
        "SELECT amount, merchant_id, user_id, card_last4 FROM sightings"
        " WHERE target = :target AND reference = :reference",
        target=target,
        reference=reference,
    )
    return None if row is None else Facts(*row)
