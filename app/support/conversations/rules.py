"""The words, states and numbers of conversations. Pure."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class ConversationChannel(StrEnum):
    """How the user reached us. A chat outside hours becomes a ticket."""

    CHAT = "chat"
    TICKET = "ticket"
    EMAIL = "email"
    HOTLINE = "hotline"


class ConversationStatus(StrEnum):
    """Whose turn it is, or how it ended."""

    NEW = "new"
    OPEN = "open"
    WAITING_USER = "waiting_user"
    WAITING_THIRD_PARTY = "waiting_third_party"
    WAITING_APPROVAL = "waiting_approval"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


class Author(StrEnum):
    """Who wrote a message. `system` tells only what the reader can't see otherwise."""

    USER = "user"
    AGENT = "agent"
    SYSTEM = "system"


class Priority(StrEnum):
    """How soon it is looked at; an agent who escalates raises it, and so does a missed deadline."""

    NORMAL = "normal"
    URGENT = "urgent"


class PresenceStatus(StrEnum):
    """What an agent says of themselves: only who is online is given new chats."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


S = ConversationStatus
WAITING: Final = frozenset({S.WAITING_USER, S.WAITING_THIRD_PARTY, S.WAITING_APPROVAL})
ACTIVE: Final = frozenset({S.NEW, S.OPEN}) | WAITING
"""Somebody still has to do something."""
NEEDS_AN_AGENT: Final = frozenset({S.NEW, S.OPEN, S.WAITING_USER})
"""A chat in these is live, so somebody must be there for it; in the other waits nobody sits in front of it."""
TAKES_MESSAGES: Final = ACTIVE | {S.RESOLVED}
"""Anything else is over: 409 `conversation_closed` (contract, section 7)."""
ENDED: Final = frozenset({S.CLOSED, S.MERGED})

TRANSITIONS: Final[dict[ConversationStatus, frozenset[ConversationStatus]]] = {
    S.NEW: (ACTIVE | {S.RESOLVED, S.CLOSED, S.MERGED}) - {S.NEW},
    S.OPEN: WAITING | {S.RESOLVED, S.CLOSED, S.MERGED},
    S.WAITING_USER: (ACTIVE | {S.RESOLVED, S.CLOSED, S.MERGED}) - {S.NEW, S.WAITING_USER},
    S.WAITING_THIRD_PARTY: (ACTIVE | {S.RESOLVED, S.CLOSED, S.MERGED})
    - {S.NEW, S.WAITING_THIRD_PARTY},
    S.WAITING_APPROVAL: (ACTIVE | {S.RESOLVED, S.CLOSED, S.MERGED}) - {S.NEW, S.WAITING_APPROVAL},
    S.RESOLVED: frozenset({S.OPEN, S.CLOSED}),
    S.CLOSED: frozenset({S.OPEN}),
    S.MERGED: frozenset(),
}
"""Which state may follow which (support.md, "Tickets and clocks"); docs/states.md draws this table."""

WAITED_FOR: Final = {
    "user": S.WAITING_USER,
    "third_party": S.WAITING_THIRD_PARTY,
    "approval": S.WAITING_APPROVAL,
    "nobody": S.OPEN,
}
"""Whose turn an agent can say it is, and the state in which that is."""

REOPENED_WITHIN: Final = timedelta(days=7)
"""Since it was resolved; later a follow-up is opened that is linked to it (support.md)."""

TEXT_MAX: Final = 4000
SUBJECT_MAX: Final = 200
NOTE_MAX: Final = 4000
COMMENT_MAX: Final = 1000

OPEN_AT_ONCE: Final = 50
"""Cases of one user in which somebody still has to do something; the next is refused."""
OPEN_RETRY: Final = timedelta(hours=1)
"""When to try again: nobody knows when one of them is over, unless the user closes it."""
MESSAGES_A_MINUTE: Final = 300
MESSAGES_WINDOW: Final = timedelta(minutes=1)
"""Of virtual time."""

PRESENCE_LASTS: Final = timedelta(seconds=45)
"""Since the last heartbeat, in machine time (support.md, "Chat"; contract, section 9: heartbeats are real)."""
TYPING_LASTS: Final = timedelta(seconds=6)
"""Of machine time; whoever goes on typing says so again before."""
ATTENDANCE_LASTS: Final = timedelta(seconds=25)
"""Of machine time, since a user's stream of a conversation was last seen open; it is looked at every 10 s."""
TEND_SECONDS: Final = 1.0
"""How often the worker looks for agents who have dropped, and for chats that nobody was given."""
CHATS_AT_ONCE: Final = 5
"""How many live chats an agent is given unless they say otherwise."""
CAPACITY_MAX: Final = 50
LONGEST_SNOOZE: Final = timedelta(days=30)
"""What can wait longer than that is no open case."""


class JobKind(StrEnum):
    """What becomes due on a conversation."""

    CLOSE = "conversations.close"
    WAKE = "conversations.wake"


def can_be_written_to(channel: str, user_id: str | None) -> bool:
    """Whether a reply reaches anybody: a customer reads it in the app, a stranger only by mail."""
    return user_id is not None or channel == ConversationChannel.EMAIL
