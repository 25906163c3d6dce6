"""The FAQ's search index, one way per engine. What is indexed and what a query becomes: `faq/search.py`.

In it is what is published and nothing else: it is written in the transaction that changes an article.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.support.faq import (
    BODY_WEIGHT,
    POSTGRES_WEIGHTS,
    TAGS_WEIGHT,
    TITLE_WEIGHT,
    IndexedText,
    Vocabulary,
    postgres_query,
    sqlite_match,
)

MOST_FOUND: Final = 500
"""Ids that a search brings at most; nobody turns that many pages."""


@dataclass(frozen=True, slots=True)
class _Engine:
    """How one engine keeps and finds texts: `expression` writes a query, the rest is SQL."""

    expression: Any
    insert: sa.TextClause
    find: sa.TextClause
    constants: dict[str, Any]


_SQLITE: Final = _Engine(
    expression=sqlite_match,
    insert=sa.text(
        "INSERT INTO faq_index (title, body, tags, article_id, locale)"
        " VALUES (:title, :body, :tags, :article_id, :locale)"
    ),
    find=sa.text(
        "SELECT article_id FROM faq_index"
        " WHERE faq_index MATCH :expression AND faq_index.locale = :locale"
        " ORDER BY bm25(faq_index, :title_weight, :body_weight, :tags_weight), article_id"
        " LIMIT :most"
    ),
    constants={
        "title_weight": TITLE_WEIGHT,
        "body_weight": BODY_WEIGHT,
        "tags_weight": TAGS_WEIGHT,
    },
)
_POSTGRESQL: Final = _Engine(
    expression=postgres_query,
    insert=sa.text(
        "INSERT INTO faq_index (article_id, locale, terms) VALUES (:article_id, :locale,"
        " setweight(to_tsvector('simple', :title), 'A')"
        " || setweight(to_tsvector('simple', :tags), 'B')"
        " || setweight(to_tsvector('simple', :body), 'D'))"
    ),
    find=sa.text(
        "SELECT article_id FROM faq_index,"
        " to_tsquery('simple', :expression) AS wanted"
        " WHERE terms @@ wanted AND faq_index.locale = :locale"
        " ORDER BY ts_rank_cd(CAST(:weights AS real[]), terms, wanted, 1) DESC, article_id"
        " LIMIT :most"
    ),
    constants={"weights": list(POSTGRES_WEIGHTS)},
)
_DELETE: Final = sa.text(
    "DELETE FROM faq_index WHERE article_id = :article_id AND locale = :locale"
)
_DELETE_ALL: Final = sa.text("DELETE FROM faq_index WHERE article_id = :article_id")


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """An article in one language, as its words are indexed."""

    article_id: str
    locale: str
    text: IndexedText


def put(tx: Transaction, articles: Sequence[IndexedArticle]) -> None:
    """Index articles, each in place of what was indexed of it before in that language."""
    if not articles:
        return
    rows = [
        {
            "article_id": article.article_id,
            "locale": article.locale,
            "title": article.text.title,
            "body": article.text.body,
            "tags": article.text.tags,
        }
        for article in articles
    ]
    tx.execute(_DELETE, [{"article_id": it["article_id"], "locale": it["locale"]} for it in rows])
    tx.execute(_engine(tx).insert, rows)


def remove(tx: Transaction, article_id: str) -> None:
    """Have an article found no more, in no language."""
    tx.execute(_DELETE_ALL, {"article_id": article_id})


def find(
    tx: Transaction, query: str, locale: str, vocabulary: Vocabulary, most: int = MOST_FOUND
) -> Sequence[str]:
    """Ids of the articles that `query` finds in a language, best first, at most so many.

    Every word of the query must occur; where nothing has them all, one of them is enough.
    """
    engine = _engine(tx)
    for any_concept in (False, True):
        expression = engine.expression(query, vocabulary, any_concept=any_concept)
        if expression is None:
            return []
        asked = {"expression": expression, "locale": locale, "most": most}
        found = tx.scalars(engine.find, asked | engine.constants).all()
        if found:
            return found
    return []


def _engine(tx: Transaction) -> _Engine:
    return _POSTGRESQL if tx.get_bind().dialect.name == "postgresql" else _SQLITE
