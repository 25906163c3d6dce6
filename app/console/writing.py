"""What a form says of an article and of synonyms, in the shapes of the API. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.console.pages import Visit
from app.support.faq_editing.queries import ArticleRecord

LANGUAGES: Final = ("zh", "en")
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")

Texts = Mapping[str, Mapping[str, str]]


def texts_typed(visit: Visit) -> dict[str, dict[str, str]]:
    """Title and body by language; one that is left empty in both is left out."""
    typed = {
        language: {part: visit.word(f"{part}_{language}", "") for part in ("title", "body")}
        for language in LANGUAGES
    }
    return {language: text for language, text in typed.items() if any(text.values())}


def texts_of(record: ArticleRecord) -> dict[str, dict[str, str]]:
    """The same of an article that there is."""
    return {
        language: {"title": text.title, "body": text.body}
        for language, text in record.texts.items()
    }


def texts_to_send(typed: Texts, record: ArticleRecord, checked: Sequence[str]) -> Texts:
    """The texts that count as looked at: those that were changed, and translations of which it was said.

    Where neither is so, another state or tag makes no translation stale and none fresh.
    """
    known = texts_of(record)
    looked_at = {it: text for it, text in typed.items() if text != known.get(it) or it in checked}
    return looked_at or {it: text for it, text in typed.items() if it not in record.stale}


def words_typed(text: str) -> list[str]:
    """Words with blanks or commas between them, each once."""
    return list(dict.fromkeys(word for word in _BETWEEN.split(text) if word))


def article_typed(visit: Visit, texts: Texts) -> dict[str, Any]:
    """State, tags and texts."""
    return {
        "state": visit.word("state"),
        "tags": words_typed(visit.word("tags", "")),
        "texts": {language: dict(text) for language, text in texts.items()},
    }


def groups_typed(text: str) -> list[list[str]]:
    """A group of synonyms a line."""
    return [words for line in text.splitlines() if (words := words_typed(line))]
