"""Which clocks a case has, how long each may run, when somebody is warned (support.md, "Tickets and clocks"). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.support.channels import channel_named


class ClockKind(StrEnum):
    """A first answer, the end of the trouble, or a time that somebody was promised."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    PROMISE = "promise"


PAUSABLE: Final = frozenset({ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION})
"""A promised time stays where it is, whoever is waited for."""


class ClockEventType(StrEnum):
    """What happens to a clock, once each except pausing and going on.

    `missed` is the deadline; `escalated` says that it is long past. `cancelled`: the case ended otherwise (closed by
    the user, merged), which counts neither as met nor as missed.
    """

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    MET = "met"
    CANCELLED = "cancelled"
    WARNED = "warned"
    MISSED = "missed"
    ESCALATED = "escalated"


class ClockStatus(StrEnum):
    """Whether time is running. A clock that missed its deadline runs on until it is met."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    CANCELLED = "cancelled"


OVER: Final = frozenset({ClockStatus.MET, ClockStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Mark:
    """At `percent` of a clock's time, `type` is written down and announced."""

    percent: int
    type: ClockEventType


WARNING: Final = Mark(75, ClockEventType.WARNED)
DEADLINE: Final = Mark(100, ClockEventType.MISSED)
MARKS: Final = (WARNING, DEADLINE, Mark(150, ClockEventType.ESCALATED))
"""Warn at 75 %, escalate at 100 %, again at 150 % (support.md)."""

ANNOUNCED: Final[Mapping[ClockEventType, str]] = {
    ClockEventType.WARNED: "clock_warned",
    ClockEventType.MISSED: "escalated",
    ClockEventType.ESCALATED: "escalated",
}
"""As what a mark is announced, after `conversation.`."""

LOOK_JOB: Final = "clocks.look"

DESK_OF: Final[Mapping[str, str]] = {
    "chat": "chat",
    "ticket": "chat",
    "email": "email",
    "hotline": "hotline",
}
"""Whose opening hours count for a conversation of each channel: tickets are answered by those who chat."""

_HOUR: Final = timedelta(hours=1)
_FIRST_RESPONSE: Final[Mapping[str, timedelta]] = {
    "chat": channel_named("chat").promise,
    "ticket": _HOUR,
    "email": channel_named("email").promise,
    "hotline": channel_named("hotline").promise,
}
"""What users are promised (`channels.toml`); a ticket, which is what a chat becomes while nobody is there, one hour."""
_RESOLUTION: Final[Mapping[str, timedelta]] = {
    "chat": 4 * _HOUR,
    "ticket": 32 * _HOUR,
    "email": 27 * _HOUR,
    "hotline": 12 * _HOUR,
}
"""Of opening hours: a ticket has two days of the chat desk, a mail three working days, a call a day of the hotline."""

SHARE_OF: Final[Mapping[str, int]] = {"normal": 1, "urgent": 2}
"""By how much an urgent case has to be faster."""


def target_of(kind: ClockKind, channel: str, priority: str) -> timedelta:
    """How much open time a first answer or a solution may take. Raises KeyError for a promise, which says it itself."""
    targets = {ClockKind.FIRST_RESPONSE: _FIRST_RESPONSE, ClockKind.RESOLUTION: _RESOLUTION}
    return targets[kind][channel] / SHARE_OF[priority]
