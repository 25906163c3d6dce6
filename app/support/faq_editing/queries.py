"""Reading the FAQ as its editors do: every state, both languages, with what readers said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import NOT_FOUND, existing
from app.core.pagination import Page, PageRequest, fetch_page
from app.support.counted_pages import cut_page
from app.support.faq.models import (
    Article,
    ArticleFeedback,
    ArticleRevision,
    ArticleText,
    MissedQuery,
    SearchWords,
)
from app.support.faq.queries import WORDS_ROW
from app.support.faq_editing.rules import LANGUAGE_OF, ArticleState

MOST_LISTED: Final = 1000
"""Queries that are listed at most, the most frequent first; nobody turns that many pages."""


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article with its texts and what readers said of each, by language (`zh`, `en`)."""

    article: Article
    texts: Mapping[str, ArticleText]
    feedback: Mapping[str, ArticleFeedback]

    @property
    def stale(self) -> Sequence[str]:
        """The languages whose text is older than the other's: a translation that nobody has looked at since."""
        newest = max((text.updated_at for text in self.texts.values()), default=None)
        return sorted(
            language for language, text in self.texts.items() if text.updated_at != newest
        )


def read_record(tx: Transaction, article_id: str) -> ArticleRecord:
    """One article. Raises NOT_FOUND."""
    article = existing(tx.get(Article, article_id))
    return _records(tx, [article])[0]


def lock_article(tx: Transaction, article_id: str) -> Article:
    """One article, to be changed: another editor comes after. Raises NOT_FOUND."""
    return existing(tx.get(Article, article_id, with_for_update=True))


def list_records(
    tx: Transaction, page: PageRequest, *, state: ArticleState | None, is_stale: bool | None
) -> Page[ArticleRecord]:
    """All articles, last edited first; or those in a state, or whose translation is (not) stale."""
    query = sa.select(Article)
    if state is not None:
        query = query.where(Article.state == state)
    if is_stale is not None:
        ages = sa.select(ArticleText.article_id).group_by(ArticleText.article_id)
        stale = ages.having(
            sa.func.min(ArticleText.updated_at) < sa.func.max(ArticleText.updated_at)
        )
        query = query.where(Article.id.in_(stale) if is_stale else Article.id.not_in(stale))
    found = fetch_page(tx, query, page, at=Article.updated_at, row_id=Article.id)
    return Page(_records(tx, found.data), found.next)


def list_revisions(tx: Transaction, article_id: str, page: PageRequest) -> Page[ArticleRevision]:
    """Every version of an article, newest first. Raises NOT_FOUND."""
    if tx.get(Article, article_id) is None:
        raise NOT_FOUND()
    query = sa.select(ArticleRevision).where(ArticleRevision.article_id == article_id)
    return cut_page(tx.scalars(query.order_by(ArticleRevision.version.desc())).all(), page)


def list_missed(tx: Transaction, page: PageRequest, *, is_done: bool) -> Page[MissedQuery]:
    """What was asked in vain, the most frequent first."""
    query = sa.select(MissedQuery).where(MissedQuery.done_at.is_not(None) == is_done)
    often = query.order_by(MissedQuery.asked.desc(), MissedQuery.id.desc()).limit(MOST_LISTED)
    return cut_page(tx.scalars(often).all(), page)


def read_missed(tx: Transaction, query_id: str) -> MissedQuery:
    """One query that found nothing. Raises NOT_FOUND."""
    return existing(tx.get(MissedQuery, query_id))


def read_search_words(tx: Transaction) -> SearchWords:
    """The search words as they are kept."""
    return tx.get_one(SearchWords, WORDS_ROW)


def _records(tx: Transaction, articles: Sequence[Article]) -> Sequence[ArticleRecord]:
    ids = [article.id for article in articles]
    texts: dict[str, dict[str, ArticleText]] = {article_id: {} for article_id in ids}
    for text in tx.scalars(sa.select(ArticleText).where(ArticleText.article_id.in_(ids))):
        texts[text.article_id][LANGUAGE_OF[text.locale]] = text
    said: dict[str, dict[str, ArticleFeedback]] = {article_id: {} for article_id in ids}
    for row in tx.scalars(sa.select(ArticleFeedback).where(ArticleFeedback.article_id.in_(ids))):
        said[row.article_id][LANGUAGE_OF[row.locale]] = row
    return [ArticleRecord(article, texts[article.id], said[article.id]) for article in articles]
