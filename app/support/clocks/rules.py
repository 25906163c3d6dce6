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
LONG_PAST: Final = Mark(150, ClockEventType.ESCALATED)
MARKS: Final = (WARNING, DEADLINE, LONG_PAST)
"""Warn at 75 %, escalate at 100 %, again at 150 % (support.md)."""

ANNOUNCED: Final[Mapping[ClockEventType, str]] = {
    ClockEventType.WARNED: "clock_warned",
    ClockEventType.MISSED: "escalated",
    ClockEventType.ESCALATED: "escalated",
}
"""As what a mark is announced, after `conversation.`."""

LOOK_JOB: Final = "clocks.look"

ANSWERED_BY: Final[Mapping[str, str]] = {
    "chat": "chat",
    "ticket": "email",
    "email": "email",
    "hotline": "hotline",
}
"""Whose hours and promise (`channels.toml`) count for the first answer, by the channel by which the user came, so that
the clock says what was promised. A ticket is written mail; a chat that became one is promised what a chat is."""

SOLVED_BY: Final[Mapping[str, str]] = {
    "chat": "chat",
    "ticket": "chat",
    "email": "email",
    "hotline": "hotline",
}
"""Whose opening hours count until a case of each channel is solved: tickets are solved by those who chat."""

_HOUR: Final = timedelta(hours=1)
_RESOLUTION: Final[Mapping[str, timedelta]] = {
    "chat": 4 * _HOUR,
    "ticket": 32 * _HOUR,
    "email": 27 * _HOUR,
    "hotline": 12 * _HOUR,
}
"""Of opening hours: a ticket has two days of the chat desk, a mail three working days, a call a day of the hotline."""

SHARE_OF: Final[Mapping[str, int]] = {"normal": 1, "urgent": 2}
"""By how much a clock that starts in an urgent case has to be faster. One that runs keeps its time: its deadline comes
from its own events alone (support.md), and escalating a case after half of it must not be what misses it."""


def desk_of(kind: ClockKind, channel: str) -> str:
    """Whose opening hours a clock runs in; `channel` is the one by which the user came, for a solution the case's."""
    return (SOLVED_BY if kind is ClockKind.RESOLUTION else ANSWERED_BY)[channel]


def target_of(kind: ClockKind, channel: str, priority: str) -> timedelta:
    """How much open time a first answer or a solution may take; what a promise may, it says itself."""
    if kind is ClockKind.RESOLUTION:
        return _RESOLUTION[channel] / SHARE_OF[priority]
    return channel_named(ANSWERED_BY[channel]).promise / SHARE_OF[priority]
