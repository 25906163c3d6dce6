"""Reading the FAQ as its readers do: what is published, one language at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import existing
from app.core.locale import Locale
from app.core.pagination import Page, PageRequest, fetch_page
from app.support.counted_pages import cut_page
from app.support.faq import Vocabulary, build_vocabulary, seed_vocabulary
from app.support.faq import index as faq_index
from app.support.faq.models import Article, ArticleText, SearchWords

WORDS_ROW = 1
MOST_SUGGESTED = 5
"""What fits under a search field on a phone."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A published article in one language."""

    id: str
    locale: str
    title: str
    body: str
    tags: Sequence[str]
    updated_at: datetime


def read_article(tx: Transaction, article_id: str, locale: Locale) -> ArticleView:
    """A published article in a language. Raises NOT_FOUND."""
    query = _published(locale).where(ArticleText.article_id == article_id)
    text = existing(tx.scalars(query).one_or_none())
    return _views(tx, [text])[article_id]


def list_articles(tx: Transaction, locale: Locale, page: PageRequest) -> Page[ArticleView]:
    """Every published article of a language, newest first."""
    texts = fetch_page(
        tx, _published(locale), page, at=ArticleText.updated_at, row_id=ArticleText.article_id
    )
    views = _views(tx, texts.data)
    return texts.map(lambda text: views[text.article_id])


def search_articles(
    tx: Transaction, words: str, locale: Locale, page: PageRequest
) -> Page[ArticleView]:
    """The articles that `words` find in a language, best first."""
    ids = cut_page(faq_index.find(tx, words, locale, read_vocabulary(tx)), page)
    views = _views_of(tx, ids.data, locale)
    return ids.map(lambda article_id: views[article_id])


def suggest_articles(tx: Transaction, words: str, locale: Locale) -> Sequence[ArticleView]:
    """The best few for what somebody has typed so far."""
    ids = faq_index.find(tx, words, locale, read_vocabulary(tx), MOST_SUGGESTED)
    views = _views_of(tx, ids, locale)
    return [views[article_id] for article_id in ids]


def read_vocabulary(tx: Transaction) -> Vocabulary:
    """The words that a search knows, as editors left them."""
    words = tx.get(SearchWords, WORDS_ROW)
    if words is None:
        return seed_vocabulary()
    return build_vocabulary(tuple(words.fillers), tuple(map(tuple, words.synonyms)))


def _published(locale: Locale) -> sa.Select[ArticleText]:
    return (
        sa.select(ArticleText)
        .join(Article, Article.id == ArticleText.article_id)
        .where(ArticleText.locale == locale, Article.state == "published")
    )


def _views_of(tx: Transaction, ids: Sequence[str], locale: Locale) -> Mapping[str, ArticleView]:
    texts = tx.scalars(_published(locale).where(ArticleText.article_id.in_(ids))).all()
    return _views(tx, texts)


def _views(tx: Transaction, texts: Sequence[ArticleText]) -> Mapping[str, ArticleView]:
    wanted = Article.id.in_([text.article_id for text in texts])
    tags = {article.id: article.tags for article in tx.scalars(sa.select(Article).where(wanted))}
    return {
        text.article_id: ArticleView(
            text.article_id,
            text.locale,
            text.title,
            text.body,
            tags[text.article_id],
            text.updated_at,
        )
        for text in texts
    }
