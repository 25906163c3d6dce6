"""How users reach us: `data/channels.toml`, and whether somebody is there at a moment. Pure.

The arithmetic of opening hours is in `app.support.calendar`; the clocks of open cases are in `app.support.clocks`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.core.locale import Text
from app.support.calendar.china import DAYS_OFF, WORKED_WEEKENDS
from app.support.calendar.hours import BusinessCalendar, Opening

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours on some weekdays, local; `closes` may be the day's end."""

    days: frozenset[str]
    opens: timedelta
    closes: timedelta


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach us; `contact` is a number or address where there is one.

    `promise` is open time: it stands still while nobody is there, so that what is promised can be held. A channel that
    `rests_on_holidays` is closed on China's, and open on the weekends that make up for them.
    """

    code: str
    name: Text
    contact: str | None
    hours: Sequence[Span]
    rests_on_holidays: bool
    hours_text: Text
    promise: timedelta
    promise_text: Text

    def calendar(self, timezone: ZoneInfo) -> BusinessCalendar:
        """The channel's opening hours, by the clock of `timezone`."""
        week = {
            number: [Opening(span.opens, span.closes) for span in self.hours if day in span.days]
            for number, day in enumerate(WEEKDAYS)
        }
        if self.rests_on_holidays:
            return BusinessCalendar(timezone, week, DAYS_OFF, WORKED_WEEKENDS)
        return BusinessCalendar(timezone, week)

    def is_open(self, moment: datetime, timezone: ZoneInfo) -> bool:
        """Whether somebody is there at `moment`."""
        return self.calendar(timezone).is_open(moment)

    def promised_reply_at(self, moment: datetime, timezone: ZoneInfo) -> datetime:
        """By when a contact made at `moment` is answered (UTC): the promise counts while we are open."""
        return self.calendar(timezone).add(moment, self.promise)


@cache
def channels() -> tuple[Channel, ...]:
    """Every channel, in the order in which they are offered; read once per process."""
    text = files(__package__).joinpath("data/channels.toml").read_text(encoding="utf-8")
    return tuple(_channel(entry) for entry in tomllib.loads(text)["channel"])


def channel_named(code: str) -> Channel:
    """The channel of that code. Raises KeyError."""
    return {channel.code: channel for channel in channels()}[code]


def _channel(entry: Mapping[str, Any]) -> Channel:
    return Channel(
        code=entry["code"],
        name=Text(**entry["name"]),
        contact=entry.get("contact"),
        hours=[_span(span) for span in entry["hours"]],
        rests_on_holidays=entry.get("rests_on_holidays", False),
        hours_text=Text(**entry["hours_text"]),
        promise=timedelta(minutes=entry["reply_minutes"]),
        promise_text=Text(**entry["promise_text"]),
    )


def _span(entry: Mapping[str, Any]) -> Span:
    return Span(frozenset(entry["days"]), _clock(entry["opens"]), _clock(entry["closes"]))


def _clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def clock_text(since_midnight: timedelta) -> str:
    """`09:00`; the day's end is `24:00`."""
    minutes = since_midnight // timedelta(minutes=1)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
