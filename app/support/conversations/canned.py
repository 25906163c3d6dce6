"""Replies that agents send often: `data/canned_replies.toml`, filled from what the wallet knows. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final

from app.core.locale import Locale, Text
from app.support.diagnosis.money import Verdict

_FORMATTER: Final = Formatter()


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A reply in both languages, with places to fill.

    `verdicts`: what must be true of the conversation's payment, where it has one; empty where it makes no difference.
    `retry_safe`: whether paying again must be safe, or must not; None where it makes no difference.
    """

    id: str
    title: Text
    text: Text
    verdicts: frozenset[Verdict] = frozenset()
    retry_safe: bool | None = None

    def fits(self, verdict: Verdict, *, retry_safe: bool) -> bool:
        """Whether it is true of a payment of which that is known."""
        if self.verdicts and verdict not in self.verdicts:
            return False
        return self.retry_safe in (None, retry_safe)


@dataclass(frozen=True, slots=True)
class FilledReply:
    """A reply in one language; places of which nothing is known are `missing`, and stand in it as they were."""

    id: str
    locale: Locale
    title: str
    text: str
    missing: Sequence[str]


@cache
def canned_replies() -> tuple[CannedReply, ...]:
    """All of them, in the order in which they are offered; read once per process."""
    text = files(__package__).joinpath("data/canned_replies.toml").read_text(encoding="utf-8")
    return tuple(
        CannedReply(
            it["id"],
            Text(**it["title"]),
            Text(**it["text"]),
            frozenset(map(Verdict, it.get("verdicts", ()))),
            it.get("retry_safe"),
        )
        for it in tomllib.loads(text)["reply"]
    )


def fill(reply: CannedReply, locale: Locale, known: Mapping[str, str]) -> FilledReply:
    """The reply in that language, filled as far as is known."""
    text = reply.text.said_in(locale)
    wanted = [name for _, name, _, _ in _FORMATTER.parse(text) if name]
    values = {name: known.get(name, "{" + name + "}") for name in wanted}
    missing = [name for name in dict.fromkeys(wanted) if name not in known]
    return FilledReply(
        reply.id, locale, reply.title.said_in(locale), text.format(**values), missing
    )
