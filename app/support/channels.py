"""How users reach us: `data/channels.toml`, and whether somebody is there at a moment. Pure.

Holidays and the clocks of open cases are not here.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.core.locale import Text

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_AHEAD: Final = 8
"""A week and the rest of today: by then every span of the week has begun once."""


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours on some weekdays, local; `closes` may be the day's end."""

    days: frozenset[str]
    opens: timedelta
    closes: timedelta

    def on(self, day: date, timezone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when until when on that day."""
        midnight = datetime.combine(day, time.min)
        opens, closes = midnight + self.opens, midnight + self.closes
        return opens.replace(tzinfo=timezone), closes.replace(tzinfo=timezone)


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach us; `contact` is a number or address where there is one."""

    code: str
    name: Text
    contact: str | None
    hours: Sequence[Span]
    hours_text: Text
    promise: timedelta
    promise_text: Text

    def is_open(self, moment: datetime, timezone: ZoneInfo) -> bool:
        """Whether somebody is there at `moment`."""
        return any(opens <= moment < closes for opens, closes in self._spans(moment, timezone))

    def promised_reply_at(self, moment: datetime, timezone: ZoneInfo) -> datetime:
        """By when a contact made at `moment` is answered: the promise counts while we are open."""
        begins = min(
            max(opens, moment) for opens, closes in self._spans(moment, timezone) if closes > moment
        )
        return begins + self.promise

    def _spans(self, moment: datetime, timezone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        today = moment.astimezone(timezone).date()
        for day in (today + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)):
            for span in self.hours:
                if WEEKDAYS[day.weekday()] in span.days:
                    yield span.on(day, timezone)


@cache
def channels() -> tuple[Channel, ...]:
    """Every channel, in the order in which they are offered; read once per process."""
    text = files(__package__).joinpath("data/channels.toml").read_text(encoding="utf-8")
    return tuple(_channel(entry) for entry in tomllib.loads(text)["channel"])


def _channel(entry: Mapping[str, Any]) -> Channel:
    return Channel(
        code=entry["code"],
        name=Text(**entry["name"]),
        contact=entry.get("contact"),
        hours=[_span(span) for span in entry["hours"]],
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
