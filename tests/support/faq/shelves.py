"""The seed articles in a real search table, searched as the wallet does, one class per engine."""

import sqlite3
from abc import ABC, abstractmethod

import psycopg

from app.support.faq import (
    BODY_WEIGHT,
    POSTGRES_WEIGHTS,
    TAGS_WEIGHT,
    TITLE_WEIGHT,
    IndexedText,
    index_text,
    load_articles,
    postgres_query,
    seed_vocabulary,
    sqlite_match,
)

ARTICLES = load_articles()
WORDS = seed_vocabulary()


class Shelf(ABC):
    """The articles of both languages in a real database, searched as the wallet does."""

    def fill(self) -> None:
        for article in ARTICLES:
            for locale, text in article.texts.items():
                self.put(article.id, locale, index_text(text.title, text.body, article.tags))

    @abstractmethod
    def put(self, article_id: str, locale: str, text: IndexedText) -> None: ...

    @abstractmethod
    def matching(self, query: str, locale: str, *, any_concept: bool) -> list[str]: ...

    def find(self, query: str, locale: str = "zh-CN") -> list[str]:
        precise = self.matching(query, locale, any_concept=False)
        return precise or self.matching(query, locale, any_concept=True)


class SqliteShelf(Shelf):
    """An FTS5 table in memory, ranked by bm25."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute(
            "CREATE VIRTUAL TABLE shelf USING fts5("
            "title, body, tags, id UNINDEXED, locale UNINDEXED,"
            " tokenize='unicode61', prefix='2 3')"
        )

    def put(self, article_id: str, locale: str, text: IndexedText) -> None:
        self.connection.execute(
            "INSERT INTO shelf VALUES (?, ?, ?, ?, ?)",
            (text.title, text.body, text.tags, article_id, locale),
        )

    def matching(self, query: str, locale: str, *, any_concept: bool) -> list[str]:
        expression = sqlite_match(query, WORDS, any_concept=any_concept)
        if expression is None:
            return []
        weights = f"{TITLE_WEIGHT}, {BODY_WEIGHT}, {TAGS_WEIGHT}"
        rows = self.connection.execute(
            "SELECT id FROM shelf WHERE shelf MATCH ? AND locale = ?"
            f" ORDER BY bm25(shelf, {weights}), id",
            (expression, locale),
        )
        return [row[0] for row in rows]


class PostgresShelf(Shelf):
    """A tsvector without any extension, ranked by ts_rank_cd with the same weights."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("CREATE TABLE shelf (id text, locale text, terms tsvector)")

    def put(self, article_id: str, locale: str, text: IndexedText) -> None:
        self.connection.execute(
            "INSERT INTO shelf VALUES (%s, %s, setweight(to_tsvector('simple', %s), 'A')"
            " || setweight(to_tsvector('simple', %s), 'B')"
            " || setweight(to_tsvector('simple', %s), 'D'))",
            (article_id, locale, text.title, text.tags, text.body),
        )

    def matching(self, query: str, locale: str, *, any_concept: bool) -> list[str]:
        expression = postgres_query(query, WORDS, any_concept=any_concept)
        if expression is None:
            return []
        rows = self.connection.execute(
            "SELECT id FROM shelf, to_tsquery('simple', %s) AS query"
            " WHERE terms @@ query AND locale = %s"
            " ORDER BY ts_rank_cd(%s::real[], terms, query, 1) DESC, id",
            (expression, locale, list(POSTGRES_WEIGHTS)),
        )
        return [row[0] for row in rows]
