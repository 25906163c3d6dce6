"""How entries hang together. Pure.

An entry's hash is an HMAC over the hash before it and the entry in canonical JSON, keyed outside the database: who can
write the table can't mend the chain behind a change.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.core import strict_json
from app.core.clock import rfc3339

SYSTEM: Final = "system"
"""Who acts where no person does, or somebody at the machine's commands."""
FIRST_HASH: Final = "0" * 64
CHECKPOINT_EVERY: Final = 100
"""Entries from one signed checkpoint to the next."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is recorded: who (an agent's or user's id, `system`, or `anonymous` where nobody is signed in), what, on
    which object, of which user, and why.

    `fields` are names, never values: the trail holds no customer data but ids.
    """

    actor: str
    action: str
    subject: str | None = None
    customer_id: str | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


def entry_hash(key: bytes, previous: str, seq: int, at: datetime, act: Act) -> str:
    """The hash of an entry behind `previous`, in hex."""
    document = {
        "previous": previous,
        "seq": seq,
        "at": rfc3339(at),
        "actor": act.actor,
        "action": act.action,
        "subject": act.subject,
        "customer_id": act.customer_id,
        "reason": act.reason,
        "fields": list(act.fields),
        "detail": act.detail,
    }
    return hmac.new(key, strict_json.canonical(document).encode(), "sha256").hexdigest()


def head_signature(key: bytes, seq: int, hash_: str) -> str:
    """The signature of a head or checkpoint, in hex."""
    return hmac.new(key, f"{seq}:{hash_}".encode(), "sha256").hexdigest()
