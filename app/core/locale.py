"""The two languages that the service speaks. Which one a caller wants is decided in core.http."""

from dataclasses import dataclass
from typing import Literal

Locale = Literal["zh-CN", "en"]

LOCALES: tuple[Locale, ...] = ("zh-CN", "en")
DEFAULT_LOCALE: Locale = "zh-CN"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; `{name}` places are filled by `fill`."""

    zh: str
    en: str

    def said_in(self, locale: Locale) -> str:
        """The sentence in that language."""
        return self.en if locale == "en" else self.zh

    def fill(self, **values: object) -> "Text":
        """The same sentence with its places filled. Raises KeyError for a place left open."""
        return Text(self.zh.format(**values), self.en.format(**values))
