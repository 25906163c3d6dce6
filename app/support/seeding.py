"""The FAQ that a new database starts with. What was edited since is newer than the seed, and stays."""

from collections.abc import Iterator
from functools import cache

import sqlalchemy as sa

from app.core.database import Transaction
from app.support import faq_index
from app.support.faq import FaqArticle, IndexedText, index_text, load_articles
from app.support.faq_index import IndexedArticle
from app.support.models import Article


def seed(tx: Transaction) -> None:
    """Bring the articles and their index to the seed's state, where the seed is not older."""
    stored = {(row.id, row.locale): row for row in tx.scalars(sa.select(Article))}
    stale = [row for row in _rows() if _is_stale(stored.get((row.id, row.locale)), row)]
    for row in stale:
        tx.merge(row)
    tx.flush()
    faq_index.put(tx, [IndexedArticle(row.id, row.locale, _indexed(row)) for row in stale])


def _rows() -> Iterator[Article]:
    for article in load_articles():
        yield from (_row(article, locale) for locale in article.texts)


def _row(article: FaqArticle, locale: str) -> Article:
    text = article.texts[locale]
    return Article(
        id=article.id,
        locale=locale,
        title=text.title,
        body=text.body,
        tags=list(article.tags),
        updated_at=article.updated_at,
    )


def _is_stale(stored: Article | None, wanted: Article) -> bool:
    if stored is None:
        return True
    if stored.updated_at > wanted.updated_at:
        return False
    return _content(stored) != _content(wanted)


def _content(row: Article) -> tuple[object, ...]:
    return row.title, row.body, row.tags, row.updated_at


def _indexed(row: Article) -> IndexedText:
    return _words_of(row.title, row.body, tuple(row.tags))


@cache
def _words_of(title: str, body: str, tags: tuple[str, ...]) -> IndexedText:
    """Cutting texts into words is most of a reset's time, and the seed's are always the same."""
    return index_text(title, body, tags)
