"""The queue: one list over all channels, most urgent on top, live; whether the agent is there, and for which chats."""

from typing import Final

from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_number
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.http.decoding import load
from app.core.locale import LOCALES
from app.support.calls.presenting import present_call
from app.support.calls.queries import calls_of_cases
from app.support.conversations.agent_queries import QueueFilter
from app.support.conversations.agent_schemas import NewPresenceSchema
from app.support.conversations.operations.set_presence import Presence, set_presence
from app.support.conversations.operations.watch_desk import watch_queue
from app.support.conversations.presence import chats_taken, presences
from app.support.conversations.rules import (
    CAPACITY_MAX,
    ConversationChannel,
    ConversationStatus,
    PresenceStatus,
)
from app.support.mailroom.queries import quarantine_waits
from app.support.mailroom.rules import QUARANTINE_LATE, QUARANTINE_WARNED

pages = Pages()

WHOSE: Final = ("all", "mine", "unassigned")
ACTIVE: Final = "active"
ANY: Final = "any"
SNOOZED: Final = "snoozed"
STATUSES: Final = (ACTIVE, SNOOZED, *(it.value for it in ConversationStatus), ANY)
CHANNELS: Final = tuple(it.value for it in ConversationChannel)


@pages.get("/queue")
def show_queue(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The page, or only its rows where it asks for them again."""
    whose = _one_of(WHOSE, visit.query.get("whose"))
    status = _one_of(STATUSES, visit.query.get("status"))
    channel = visit.query.get("channel")
    wanted = QueueFilter(
        status=status if status in tuple(ConversationStatus) else None,
        assigned_to={"mine": visit.me.id, "unassigned": "none"}.get(whose),
        channel=channel if channel in CHANNELS else None,
        active_only=status == ACTIVE,
        snoozed=None if status == ANY else status == SNOOZED,
    )
    who = visit.me.principal
    found = watch_queue(deps.support, who, wanted, visit.page, again=visit.unattended)
    with deps.database.snapshot() as tx:
        now, there, taken = tx.now, presences(tx), chats_taken(tx, visit.me.id)
        calls = calls_of_cases(tx, [row.found.conversation.id for row in found.data])
        mails = quarantine_waits(tx)
    values = {
        "rows": found.data,
        "calls": {case: present_call(of_case[0], who) for case, of_case in calls.items()},
        "page": found,
        "now": now,
        "mails": mails,
        "warned": QUARANTINE_WARNED,
        "late": QUARANTINE_LATE,
        "present": there.get(visit.me.id, PresenceStatus.OFFLINE),
        "presences": tuple(PresenceStatus),
        "taken": taken,
        "languages": LOCALES,
        "capacity_max": CAPACITY_MAX,
        "whose": whose,
        "status": status,
        "channel": channel,
        "every_whose": WHOSE,
        "statuses": STATUSES,
        "channels": CHANNELS,
    }
    return Shown("queue/rows.html" if visit.unattended else "queue/queue.html", values)


@pages.post("/presence")
def say_presence(deps: ConsoleDependencies, visit: Visit) -> GoTo:
    """Online, away or offline; it lasts while a page of the console is open."""
    wanted = visit.word("status")
    if wanted not in tuple(PresenceStatus):
        raise VALIDATION_FAILED(errors=[field_problem("/status", "invalid_value")])
    set_presence(deps.support, visit.me.principal, Presence(PresenceStatus(wanted)))
    return GoTo("/queue")


@pages.post("/presence/chats")
def say_chats_taken(deps: ConsoleDependencies, visit: Visit) -> GoTo:
    """Which languages, and how many chats at once; whether the agent is there stays as it is."""
    languages = [it for it in LOCALES if visit.form.get(f"speaks_{it}")]
    if not languages:
        raise VALIDATION_FAILED(errors=[field_problem("/languages", "required")])
    typed = {
        "languages": languages,
        "capacity": read_number(visit.word("capacity"), "/capacity"),
    }
    body = load(NewPresenceSchema(only=tuple(typed)), typed)
    taken = Presence(languages=body["languages"], capacity=body["capacity"])
    set_presence(deps.support, visit.me.principal, taken)
    return GoTo("/queue", says="chats_saved")


def _one_of(known: tuple[str, ...], asked: str | None) -> str:
    """What was asked for, or the first."""
    return asked if asked in known else known[0]
