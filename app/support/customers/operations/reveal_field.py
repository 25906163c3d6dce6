"""Uncover one field of a customer for a moment (support.md, "Agents and trust")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.auth.models import User
from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.errors import RateLimit, existing
from app.core.ids import new_id
from app.support.customers.errors import REVEAL_QUOTA_EXCEEDED
from app.support.customers.models import Reveal, RevealCounter
from app.support.customers.rules import (
    LONGEST_WINDOW,
    SHOWN_FOR,
    RevealField,
    exhausted_quota,
)
from app.support.dependencies import SupportDependencies
from app.support.looks import Look, Looker, note_look

_VALUES: Final[Mapping[RevealField, Callable[[User], str | None]]] = {
    RevealField.PHONE: lambda user: user.phone,
    RevealField.EMAIL: lambda user: user.email,
    RevealField.DISPLAY_NAME: lambda user: user.display_name,
}


@dataclass(frozen=True, slots=True)
class Revealed:
    """The value in full, and when it has to leave the screen."""

    field: str
    value: str
    expires_at: datetime


def reveal_field(
    deps: SupportDependencies, who: Looker, customer_id: str, field: RevealField
) -> Revealed:
    """The value of a field, counted against the agent's quota; the customer sees in the access log that it was shown.

    Reveals in parallel never come to more than the quota. Raises NOT_FOUND, also where the customer has no such value,
    which costs nothing; REVEAL_QUOTA_EXCEEDED.
    """
    with deps.database.transaction() as tx:
        value = existing(_VALUES[field](get_user(tx, customer_id)))
        _count(tx, who.agent_id)
        reveal = Reveal(
            id=new_id("rvl"),
            agent_id=who.agent_id,
            customer_id=customer_id,
            field=field,
            created_at=tx.now,
        )
        tx.add(reveal)
        note_look(tx, deps, who, Look("reveal_field", customer_id, (field.value,)))
        return Revealed(field.value, value, tx.now + SHOWN_FOR)


def _count(tx: Transaction, agent_id: str) -> None:
    """Hold the agent's counter to the end of the transaction and look whether one more is allowed."""
    tx.insert_missing(RevealCounter, agent_id=agent_id)
    tx.get_one(RevealCounter, agent_id, with_for_update=True)
    earlier = tx.scalars(
        sa.select(Reveal.created_at)
        .where(Reveal.agent_id == agent_id, Reveal.created_at > tx.now - LONGEST_WINDOW)
        .order_by(Reveal.created_at)
    ).all()
    exhausted = exhausted_quota(earlier, tx.now)
    if exhausted is not None:
        quota = exhausted.quota
        seconds = int(quota.window.total_seconds())
        limit = RateLimit(quota.name, quota.quota, seconds)
        raise REVEAL_QUOTA_EXCEEDED(retry_after=exhausted.wait, limit=limit)
