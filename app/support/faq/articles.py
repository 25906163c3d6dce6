"""The articles that a new database starts with: `data/<topic>.toml`, each in both languages.

Editing them is an agent's business and happens in the table, not here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

TOPICS: Final = ("accounts", "payments", "bank_cards", "security", "support")
LOCALES: Final = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class FaqText:
    """An article in one language."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class FaqArticle:
    """An article with a stable id. Its tags hold search words of both languages."""

    id: str
    topic: str
    tags: tuple[str, ...]
    updated_at: datetime
    texts: Mapping[str, FaqText]
    """By locale, `zh-CN` and `en`."""


def load_articles() -> tuple[FaqArticle, ...]:
    """Every article, in the order of the topics and files. Raises KeyError for a missing language."""
    return tuple(article for topic in TOPICS for article in _articles_of(topic))


def _articles_of(topic: str) -> Iterator[FaqArticle]:
    text = files(__package__).joinpath(f"data/{topic}.toml").read_text(encoding="utf-8")
    for entry in tomllib.loads(text)["article"]:
        yield FaqArticle(
            entry["id"],
            topic,
            tuple(entry["tags"]),
            entry["updated_at"],
            {locale: _text(entry[locale]) for locale in LOCALES},
        )


def _text(entry: Mapping[str, Any]) -> FaqText:
    return FaqText(entry["title"], entry["body"])
