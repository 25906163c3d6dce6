"""How values look on a page: money, moments in the agent's time zone, durations. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

from app.core.clock import rfc3339
from app.core.locale import Locale, Text
from app.core.money import DEFAULT_CURRENCY, say_amount

_MOMENT: Final = "yyyy-MM-dd HH:mm:ss"
_TIME: Final = "HH:mm"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says values in one language and time zone; templates know it as `say`."""

    locale: Locale
    timezone: ZoneInfo

    def money(self, amount_minor: int, currency: str = DEFAULT_CURRENCY) -> str:
        """Minor units as a sum of money."""
        return say_amount(amount_minor, currency, self.locale)

    def moment(self, at: datetime | None) -> str:
        """Date and time to the second, or a dash."""
        if at is None:
            return "–"
        return format_datetime(at, _MOMENT, tzinfo=self.timezone, locale=self._babel)

    def time(self, at: datetime | None) -> str:
        """Hours and minutes, or a dash."""
        if at is None:
            return "–"
        return format_datetime(at, _TIME, tzinfo=self.timezone, locale=self._babel)

    def typed(self, at: datetime | None) -> str:
        """A moment as a field for date and time takes it; nothing for none."""
        return "" if at is None else f"{at.astimezone(self.timezone):%Y-%m-%dT%H:%M}"

    def lasting(self, seconds: float) -> str:
        """A span of time in its largest unit."""
        return str(format_timedelta(timedelta(seconds=seconds), locale=self._babel))

    def countdown(self, seconds: float) -> str:
        """A span that goes on: `4:05`, `3 h 07`, `2 d 4 h`; with a minus once it is over. console.js says it alike."""
        sign, whole = ("−" if seconds < 0 else ""), int(abs(seconds))
        minutes, rest = divmod(whole, 60)
        hours, minutes_left = divmod(minutes, 60)
        days, hours_left = divmod(hours, 24)
        if days:
            return f"{sign}{days} d {hours_left} h"
        return f"{sign}{hours} h {minutes_left:02}" if hours else f"{sign}{minutes}:{rest:02}"

    def text(self, text: Text) -> str:
        """A sentence of the two in this language."""
        return text.said_in(self.locale)

    @property
    def _babel(self) -> str:
        return self.locale.replace("-", "_")


def percent(rate: float | None) -> str:
    """A share of one as a percentage, or a dash where nothing was measured."""
    return "–" if rate is None else f"{rate * 100:.1f} %"


FILTERS: Final[dict[str, Callable[..., Any]]] = {"percent": percent, "rfc3339": rfc3339}
