"""The queue: one list over all channels, what is most urgent on top, live; and whether the agent is there."""

from datetime import UTC, datetime
from typing import Final

from app.console.dependencies import ConsoleDependencies
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.errors import VALIDATION_FAILED, field_problem
from app.support.clocks.rules import ClockStatus
from app.support.conversations.agent_queries import QueueFilter
from app.support.conversations.operations.set_presence import Presence, set_presence
from app.support.conversations.operations.watch_desk import QueueRow, watch_queue
from app.support.conversations.presence import presences
from app.support.conversations.rules import (
    ConversationChannel,
    ConversationStatus,
    PresenceStatus,
    Priority,
)
from app.support.mailroom.queries import quarantine_waits
from app.support.mailroom.rules import QUARANTINE_LATE, QUARANTINE_WARNED

pages = Pages()

WHOSE: Final = ("all", "mine", "unassigned")
ACTIVE: Final = "active"
ANY: Final = "any"
STATUSES: Final = (ACTIVE, *(it.value for it in ConversationStatus), ANY)
CHANNELS: Final = tuple(it.value for it in ConversationChannel)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@pages.get("/queue")
def show_queue(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The page, or only its rows where it asks for them again."""
    whose = _one_of(WHOSE, visit.query.get("whose"))
    status = _one_of(STATUSES, visit.query.get("status"))
    channel = visit.query.get("channel")
    wanted = QueueFilter(
        status=status if status not in (ACTIVE, ANY) else None,
        assigned_to={"mine": visit.me.id, "unassigned": "none"}.get(whose),
        channel=channel if channel in CHANNELS else None,
        active_only=status == ACTIVE,
    )
    who = visit.me.principal
    found = watch_queue(deps.support, who, wanted, visit.page, again=visit.unattended)
    with deps.database.snapshot() as tx:
        now, there, mails = tx.now, presences(tx), quarantine_waits(tx)
    values = {
        "rows": sorted(found.data, key=_urgency),
        "page": found,
        "now": now,
        "mails": mails,
        "warned": QUARANTINE_WARNED,
        "late": QUARANTINE_LATE,
        "present": there.get(visit.me.id, PresenceStatus.OFFLINE),
        "presences": tuple(PresenceStatus),
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


def _one_of(known: tuple[str, ...], asked: str | None) -> str:
    """What was asked for, or the first."""
    return asked if asked in known else known[0]


def _urgency(row: QueueRow) -> tuple[bool, datetime, datetime]:
    """What is urgent first, then by the next deadline, then the oldest."""
    due = [
        it.due_at
        for it in row.found.clocks
        if it.state == ClockStatus.RUNNING and it.due_at is not None
    ]
    conversation = row.found.conversation
    calm = conversation.priority != Priority.URGENT
    return calm, min(due, default=_NEVER), conversation.created_at
