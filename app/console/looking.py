"""Why an agent looks at a customer: said once, kept for this session, recorded with each look (contract, section 8)."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from app.console.dependencies import ConsoleDependencies
from app.console.pages import Visit
from app.core.errors import Refusal
from app.core.http.access_reason import read_access_reason
from app.support.levels import Level, level_of
from app.support.looks import Looker

ABOUT: Final = re.compile(r"(cnv|call)_[0-9a-z]{1,60}")
"""A conversation or a call with the customer, which is a reason by itself."""


def looker_of(visit: Visit, customer_id: str) -> Looker | None:
    """The agent with a reason for this customer: the one of the address, or the one that was kept; None without."""
    why = visit.query.get("because") or visit.reasons.get(customer_id)
    if why is None:
        return None
    try:
        return Looker(visit.me.id, read_reason(why))
    except Refusal:
        return None


def read_reason(typed: str) -> str:
    """A reason as it was typed into a form. Raises ACCESS_REASON_REQUIRED, by the rules of the API."""
    return read_access_reason(quote(typed.strip()))


def contact_of(reason: str) -> dict[str, str]:
    """The call or conversation that a reason names, by the field of an action request that ties to it."""
    found = ABOUT.fullmatch(reason)
    if found is None:
        return {}
    return {"conversation_id" if found.group(1) == "cnv" else "call_id": reason}


def level_in(
    deps: ConsoleDependencies, visit: Visit, customer_id: str, contact: Mapping[str, str]
) -> Level | None:
    """How sure it is that the customer speaks in this call or conversation; None without one."""
    if not contact:
        return None
    try:
        with deps.database.snapshot() as tx:
            return level_of(tx, customer_id, agent_id=visit.me.id, **contact)
    except Refusal:
        return None
