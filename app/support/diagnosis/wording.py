"""Sentences in both languages whose places are filled with amounts, times and other sentences. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from app.core.locale import Text
from app.core.money import amount_text


def compose(template: Text, **values: Text | str) -> Text:
    """`template` with each place filled in its own language. Raises KeyError for a place left open."""
    zh = {name: it.zh if isinstance(it, Text) else it for name, it in values.items()}
    en = {name: it.en if isinstance(it, Text) else it for name, it in values.items()}
    return Text(template.zh.format(**zh), template.en.format(**en))


def some_amount_text(amount_minor: int | None, currency: str) -> Text:
    """A sum, or that it is not known."""
    if amount_minor is None:
        return Text("金额不详", "an unknown amount")
    return amount_text(amount_minor, currency)


def moment_text(moment: datetime, timezone: ZoneInfo) -> Text:
    """A time on the user's clock: `11月23日 15:04` and `23 Nov 15:04`."""
    zh = format_datetime(moment, "M月d日 HH:mm", tzinfo=timezone, locale="zh_CN")
    return Text(zh, format_datetime(moment, "d MMM HH:mm", tzinfo=timezone, locale="en"))
