"""Putting an agent's look at a customer into the trail, before what was seen is answered (contract, section 8)."""

from dataclasses import dataclass
from typing import Any

from app.audit.rules import Act
from app.core.database import Transaction
from app.support.dependencies import SupportDependencies
from app.support.masking import mask_reason


@dataclass(frozen=True, slots=True)
class Looker:
    """The agent who looks, and why, in their own words."""

    agent_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at: `fields` are names, `detail` holds nothing of the customer's but ids and codes."""

    action: str
    customer_id: str | None
    fields: tuple[str, ...] = ()
    subject: str | None = None
    detail: dict[str, Any] | None = None


def note_look(tx: Transaction, deps: SupportDependencies, who: Looker, look: Look) -> None:
    """Record a look in the caller's transaction, which commits before anything is answered."""
    act = Act(
        actor=who.agent_id,
        action=look.action,
        subject=look.subject or look.customer_id,
        customer_id=look.customer_id,
        reason=mask_reason(who.reason),
        fields=look.fields,
        detail=look.detail or {},
    )
    deps.audit.record(tx, act)


def record_look(deps: SupportDependencies, who: Looker, look: Look) -> None:
    """Record a look in a transaction of its own."""
    with deps.database.transaction() as tx:
        note_look(tx, deps, who, look)
