"""Tell a user which agent looked at what of theirs, when and why (contract, section 7)."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.audit.queries import looks_at
from app.audit.refusals import REFUSED
from app.auth.agent_queries import names_of_agents
from app.core.clock import to_ms
from app.core.ids import derived_id
from app.core.pagination import Page, PageRequest, Position
from app.core.sealing import Seal
from app.core.security import KeyRing
from app.support.dependencies import SupportDependencies

_AGENTS: Final = "agt_"


@dataclass(frozen=True, slots=True)
class SeenLook:
    """One look as the customer sees it: `agent` is how they are called, `fields` are names."""

    id: str
    agent: Mapping[str, str]
    action: str
    fields: Sequence[str]
    reason: str | None
    at: datetime


def read_access_log(deps: SupportDependencies, user_id: str, page: PageRequest) -> Page[SeenLook]:
    """What agents saw and did of the user's own, newest first; what they were refused is not shown.

    Neither ids nor cursors tell the trail's own numbers, from which its length could be read.
    """
    seal = Seal(deps.keys.derive("access-log-cursor"))
    with deps.database.snapshot() as tx:
        rows = tx.scalars(_entries(user_id, page, seal).limit(page.limit + 1)).all()
        names = names_of_agents(tx, {row.actor for row in rows})
    shown, more = rows[: page.limit], len(rows) > page.limit
    looks = [_seen(deps.keys, entry, names) for entry in shown]
    last = Position(shown[-1].at, seal.close(str(shown[-1].seq), user_id)) if more else None
    return Page(looks, last)


def _entries(user_id: str, page: PageRequest, seal: Seal) -> sa.Select[AuditEntry]:
    entry = AuditEntry
    query = looks_at(user_id).where(
        entry.actor.startswith(_AGENTS, autoescape=True), entry.action != REFUSED
    )
    if page.after is not None:
        at, seq = page.after.at, int(seal.open(page.after.id, user_id))
        query = query.where(sa.or_(entry.at < at, sa.and_(entry.at == at, entry.seq < seq)))
    return query.order_by(entry.at.desc(), entry.seq.desc())


def _seen(keys: KeyRing, entry: AuditEntry, names: Mapping[str, str]) -> SeenLook:
    digest = hmac.digest(keys.derive("access-log-id"), str(entry.seq).encode(), "sha256")
    return SeenLook(
        id=derived_id("acc", to_ms(entry.at), digest),
        agent={"display_name": names.get(entry.actor, "")},
        action=entry.action,
        fields=entry.fields,
        reason=entry.reason,
        at=entry.at,
    )
