"""The FAQ, as its readers use it; who edits it is in `app.support.faq_editing`.

What stands here by name is pure: the articles that a new database starts with, and how words find them.
"""

from app.support.faq.articles import FaqArticle, FaqText, load_articles
from app.support.faq.search import (
    BODY_WEIGHT,
    POSTGRES_WEIGHTS,
    TAGS_WEIGHT,
    TITLE_WEIGHT,
    IndexedText,
    index_text,
    postgres_query,
    sqlite_match,
)
from app.support.faq.vocabulary import (
    Vocabulary,
    WordTwiceError,
    build_vocabulary,
    seed_vocabulary,
    seed_words,
)

__all__ = [
    "BODY_WEIGHT",
    "POSTGRES_WEIGHTS",
    "TAGS_WEIGHT",
    "TITLE_WEIGHT",
    "FaqArticle",
    "FaqText",
    "IndexedText",
    "Vocabulary",
    "WordTwiceError",
    "build_vocabulary",
    "index_text",
    "load_articles",
    "postgres_query",
    "seed_vocabulary",
    "seed_words",
    "sqlite_match",
]
