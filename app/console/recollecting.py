"""What a person remembers of a payment, in their own words: "about 3 pm, 128", "昨天下午三点半 128块". Pure.

Times are read in the desk's time zone, and lie in the past: a clock time without a day is the last time that the clock
showed it. Amounts are yuan, as people say them; the answer is in fen.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from app.console.chinese_numbers import CHINESE_NUMBER, read_chinese_number

LONGEST: Final = 200  # characters that are looked at
SLACK: Final = timedelta(minutes=10)
"""A clock time so little ahead of now is today's: people round up."""
LARGEST_MINOR: Final = 5_000_000  # a single payment (contract, section 10)

_DAY: Final = re.compile(
    r"(?P<iso>(?P<y>20[0-9]{2})[-/.年](?P<m>[0-9]{1,2})[-/.月](?P<d>[0-9]{1,2})日?)"
    r"|(?P<short>(?P<sm>[0-9]{1,2})(?:月|/|-)(?P<sd>[0-9]{1,2})(?:日|号)?(?![0-9:]))"
    r"|(?P<word>today|yesterday|今天|今日|昨天|昨日|前天|昨晚|今早|今晚|last night|this morning|tonight)"
)
_DAYS_BACK: Final = {"yesterday": 1, "昨天": 1, "昨日": 1, "昨晚": 1, "last night": 1, "前天": 2}
_HALF_OF_WORD: Final = {"昨晚": "pm", "今晚": "pm", "last night": "pm", "tonight": "pm"} | {
    "今早": "am",
    "this morning": "am",
}
_AGO: Final = re.compile(
    rf"(?P<count>half an|an?|半个?|[0-9]+|{CHINESE_NUMBER})\s*(?:个)?\s*"
    r"(?P<unit>minutes?|mins?|分钟|hours?|hrs?|小时|钟头)\s*(?:ago|以?前)"
)
_NOW: Final = re.compile(r"just now|right now|刚才|刚刚|现在")
_CLOCK: Final = re.compile(
    r"(?P<before>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)?\s*"
    rf"(?P<hour>[0-9]{{1,2}}|{CHINESE_NUMBER})"
    r"(?:\s*:(?P<minute>[0-5][0-9])(?![0-9])(?:\s*(?P<after>[ap]\.?m\b\.?))?"
    r"|\s*(?P<after2>[ap]\.?m\b\.?)"
    rf"|\s*(?:点钟?|时|o'?clock)(?:(?P<part>半|一刻|三刻)|(?P<minute2>[0-5]?[0-9]|{CHINESE_NUMBER})分?)?)"
)
_NOON: Final = re.compile(r"\bnoon\b|\bmidday\b|中午|正午")
_MIDNIGHT: Final = re.compile(r"\bmidnight\b|半夜|午夜|零点")
_AM: Final = frozenset({"凌晨", "清晨", "早上", "早晨", "上午"})
_PM: Final = frozenset({"中午", "下午", "傍晚", "晚上", "夜里"})
_PARTS: Final = {"半": 30, "一刻": 15, "三刻": 45}
_AMOUNT: Final = re.compile(
    rf"(?P<mark>[¥$]|rmb|cny)?\s*(?P<sum>[0-9][0-9,]*(?:\.[0-9]{{1,2}})?(?![0-9])|{CHINESE_NUMBER})\s*"
    r"(?P<unit>元|块钱?|yuan|kuai|rmb|cny)?"
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the words say: when, and how much in fen. None where they don't."""

    at: datetime | None
    amount_minor: int | None


def read_recollection(words: str, now: datetime, timezone: ZoneInfo) -> Remembered:
    """The moment and the amount in somebody's words; what can't be read is None, nothing is guessed."""
    text = unicodedata.normalize("NFKC", words[:LONGEST]).lower()
    at, rest = _read_moment(text, now, timezone)
    return Remembered(at, _read_amount(rest))


def _read_moment(text: str, now: datetime, timezone: ZoneInfo) -> tuple[datetime | None, str]:
    """The moment, and the words without what told it."""
    if found := _AGO.search(text):
        return now - _length(found), _without(text, found)
    if found := _NOW.search(text):
        return now, _without(text, found)
    here = now.astimezone(timezone)
    day, half, rest = _read_day(text, here.date())
    clock, rest = _read_clock(rest, half, as_written=day is not None)
    if clock is None:
        return (None if day is None else _noon_of(day, here)), rest
    minute_of_day, is_certain = clock
    return _latest(day, minute_of_day, is_certain, here), rest


def _length(found: re.Match[str]) -> timedelta:
    count = found["count"]
    number = 0.5 if count in ("half an", "半", "半个") else 1 if count in ("a", "an") else None
    if number is None:
        number = int(count) if count.isdigit() else read_chinese_number(count)
    in_minutes = found["unit"].startswith(("m", "分"))
    return timedelta(minutes=min(number, 100_000)) * (1 if in_minutes else 60)


def _read_day(text: str, today: date) -> tuple[date | None, str | None, str]:
    """The day, the half of it that its word means, and the other words."""
    found = _DAY.search(text)
    if found is None:
        return None, None, text
    rest = _without(text, found)
    if word := found["word"]:
        return today - timedelta(days=_DAYS_BACK.get(word, 0)), _HALF_OF_WORD.get(word), rest
    try:
        if found["iso"]:
            return date(int(found["y"]), int(found["m"]), int(found["d"])), None, rest
        day = date(today.year, int(found["sm"]), int(found["sd"]))
    except ValueError:
        return None, None, text
    return (day if day <= today else day.replace(year=today.year - 1)), None, rest


def _read_clock(
    text: str, half: str | None, *, as_written: bool
) -> tuple[tuple[int, bool] | None, str]:
    """The minute of the day, whether the half of the day is certain, and the other words.

    Beside a day `9:00` is as it is written; alone it may be the evening's, but for `09:00`.
    """
    for found in _CLOCK.finditer(text):
        hour, minute = _number(found["hour"]), _minute(found)
        if hour <= 24 and minute < 60:
            said = half or _half(found)
            hour = _on_24_hours(hour % 24, said)
            digits = found["minute"] is not None and (as_written or found["hour"][0] == "0")
            is_certain = said is not None or digits or hour == 0 or hour > 12
            return (hour * 60 + minute, is_certain), _without(text, found)
    for pattern, hour in ((_NOON, 12), (_MIDNIGHT, 0)):
        word = pattern.search(text)
        if word is not None:
            return (hour * 60, True), _without(text, word)
    return None, text


def _minute(found: re.Match[str]) -> int:
    if part := found["part"]:
        return _PARTS[part]
    said = found["minute"] or found["minute2"]
    return _number(said) if said else 0


def _half(found: re.Match[str]) -> str | None:
    said = found["after"] or found["after2"]
    if said:
        return f"{said[0]}m"
    return "am" if found["before"] in _AM else "pm" if found["before"] in _PM else None


def _on_24_hours(hour: int, half: str | None) -> int:
    if half == "pm" and hour < 12:
        return hour + 12 if hour != 0 else 0
    return 0 if half == "am" and hour == 12 else hour


def _latest(day: date | None, minute: int, is_certain: bool, here: datetime) -> datetime:
    """The last time that the clock showed it, on that day where one was said."""
    spellings = [minute] if is_certain else [minute, (minute + 720) % 1440]
    days = [day] if day is not None else [here.date(), here.date() - timedelta(days=1)]
    moments = [
        datetime(one.year, one.month, one.day, it // 60, it % 60, tzinfo=here.tzinfo)
        for one in days
        for it in spellings
    ]
    past = [moment for moment in moments if moment <= here + SLACK]
    return max(past) if past else min(moments)


def _noon_of(day: date, here: datetime) -> datetime:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=here.tzinfo)
    return min(noon, here)


def _read_amount(text: str) -> int | None:
    """The number with a mark of money, else the first number that is left."""
    found = [it for it in _AMOUNT.finditer(text) if it["sum"]]
    marked = [it for it in found if it["mark"] or it["unit"]]
    for it in (*marked, *found):
        fen = _fen(it["sum"])
        if 0 < fen <= LARGEST_MINOR:
            return fen
    return None


def _fen(said: str) -> int:
    if said[0].isascii():
        return int(Decimal(said.replace(",", "")) * 100)
    return read_chinese_number(said) * 100


def _number(said: str) -> int:
    return int(said) if said.isdigit() and said.isascii() else read_chinese_number(said)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
