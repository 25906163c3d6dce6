"""States of an article, and what its texts are called in a document. Pure."""

from enum import StrEnum
from typing import Final


class ArticleState(StrEnum):
    """Only `published` articles are found and shown to readers. Any state may follow any other."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


LOCALE_OF: Final = {"zh": "zh-CN", "en": "en"}
"""The languages of a text, as documents name them and as readers ask for them."""
LANGUAGE_OF: Final = {locale: language for language, locale in LOCALE_OF.items()}

LONGEST_TITLE: Final = 120
LONGEST_BODY: Final = 4000
LONGEST_TAG: Final = 32
MOST_TAGS: Final = 20

LONGEST_WORD: Final = 32
MOST_WORDS: Final = 30
MOST_GROUPS: Final = 300
