"""What the sandbox's page shows of the simulated world and does to it, by its doors' operations. No Flask in here."""

from datetime import datetime
from typing import Any, Final

from app.auth.rules import Role
from app.console.forms import read_form, read_number
from app.console.pages import GoTo, Pages, Shown, SpeaksLocale, Visit
from app.core.errors import Refusal
from app.core.http.decoding import load
from app.core.locale import LOCALES
from app.sandbox.operations import SandboxDependencies
from app.sandbox.operations.advance_clock import Wish, advance_clock, read_clock
from app.sandbox.operations.check_invariants import check_invariants
from app.sandbox.operations.make_fault import make_fault
from app.sandbox.operations.reset_sandbox import reset_sandbox
from app.sandbox.operations.wait_for_messages import wait_for_messages
from app.sandbox.schemas import (
    FAULT_KINDS,
    OPERATIONS,
    ClockAdvanceSchema,
    FaultMatchSchema,
    NewFaultSchema,
    StatementQuerySchema,
)
from app.sandbox.triggers import catalogue

pages = Pages()

SHOWN_MESSAGES: Final = 50
SPANS: Final = (("1 min", 60), ("5 min", 300), ("30 min", 1800), ("1 h", 3600), ("1 d", 86_400))
UNITS: Final = (("unit_minutes", 60), ("unit_hours", 3600), ("unit_days", 86_400))


@pages.get("/", role=None)
def show_sandbox(deps: SandboxDependencies, visit: Visit) -> Shown:
    """Everything on one page."""
    values = {
        **_inbox(deps, visit),
        "clock": read_clock(deps),
        "faults": _or_none(deps.world.faults),
        "triggers": catalogue(_or_none(deps.world.triggers) or ()),
        "targets": deps.simulated,
        "kinds": FAULT_KINDS,
        "operations": OPERATIONS,
        "spans": SPANS,
        "units": UNITS,
        "locales": LOCALES,
        "agent_roles": tuple(Role),
    }
    return Shown("sandbox/page.html", values)


@pages.get("/inbox", role=None)
def show_inbox(deps: SandboxDependencies, visit: Visit) -> Shown:
    """What carrier and mailbox received of late; the page asks for it again and again."""
    return Shown("sandbox/inbox.html", _inbox(deps, visit))


@pages.post("/inbox/empty", role=None)
def empty_inbox(deps: SandboxDependencies, visit: Visit) -> GoTo:
    """Forget every message."""
    deps.world.forget_messages()
    return GoTo("/", says="inbox_emptied")


@pages.post("/clock", role=None)
def move_sandbox_clock(deps: SandboxDependencies, visit: Visit) -> Shown:
    """Move on by so many of a unit's `seconds`, and tell what became due on the way."""
    count = read_number(visit.word("count", "1"), "/count")
    wanted = {"seconds": count * read_number(visit.word("seconds"), "/seconds")}
    reading = advance_clock(deps, Wish(load(ClockAdvanceSchema(), wanted)["seconds"]))
    return Shown("sandbox/ran.html", {"clock": reading})


@pages.post("/faults", role=None)
def add_fault(deps: SandboxDependencies, visit: Visit) -> GoTo:
    """Have the next calls of a target go wrong."""
    fault = read_form(visit, NewFaultSchema, numbers=("times", "after", "delay_ms"))
    match = read_form(visit, FaultMatchSchema, amounts=("amount",))
    make_fault(deps, fault | ({"match": match} if match else {}))
    return GoTo("/", says="fault_added")


@pages.post("/faults/delete", role=None)
def delete_faults(deps: SandboxDependencies, visit: Visit) -> GoTo:
    """Forget one fault, or all."""
    deps.world.remove_faults(visit.word("fault_id", "") or None)
    return GoTo("/", says="fault_deleted")


@pages.post("/bank-statements", role=None)
def show_statement(deps: SandboxDependencies, visit: Visit) -> Shown:
    """What a cardholder sees at the bank: the small deposit among it."""
    number = read_form(visit, StatementQuerySchema)["card_number"]
    lines = [_dated(line, "posted_at") for line in deps.world.statement(number)]
    return Shown("sandbox/statement.html", {"lines": lines})


@pages.post("/invariants", role=None)
def prove_invariants(deps: SandboxDependencies, visit: Visit) -> Shown:
    """Whether the books are right, ours and the world's."""
    return Shown("sandbox/invariants.html", {"report": check_invariants(deps)})


@pages.post("/reset", role=None)
def empty_sandbox(deps: SandboxDependencies, visit: Visit) -> GoTo:
    """Empty the sandbox to its seed."""
    reset_sandbox(deps)
    return GoTo("/", says="sandbox_was_reset")


@pages.post("/language", role=None)
def speak_sandbox(deps: SandboxDependencies, visit: Visit) -> SpeaksLocale:
    """Answer in the other language from now on."""
    wanted = visit.word("locale")
    return SpeaksLocale(next((it for it in LOCALES if it == wanted), visit.locale))


def _inbox(deps: SandboxDependencies, visit: Visit) -> dict[str, Any]:
    """The newest messages, those to `?to=` or a part of it; None where nothing is simulated."""
    wanted = visit.query.get("to", "").strip().lower()
    found = _or_none(lambda: wait_for_messages(deps, {}, 0))
    if found is not None:
        found = [_dated(it, "created_at") for it in found if wanted in it["to"].lower()]
    return {"messages": found and found[:SHOWN_MESSAGES]}


def _dated(document: dict[str, Any], name: str) -> dict[str, Any]:
    return document | {name: datetime.fromisoformat(document[name])}


def _or_none(read: Any) -> Any:
    """What the simulated world says; None where there is none, or it doesn't answer."""
    try:
        return read()
    except Refusal:
        return None
