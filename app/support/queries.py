"""Reading the FAQ."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.locale import Locale
from app.core.pagination import Page, PageRequest, fetch_page
from app.support import faq_index
from app.support.counted_pages import cut_page
from app.support.models import Article


def read_article(tx: Transaction, article_id: str, locale: Locale) -> Article:
    """An article in a language. Raises NOT_FOUND."""
    article = tx.get(Article, (article_id, locale))
    if article is None:
        raise NOT_FOUND()
    return article


def list_articles(tx: Transaction, locale: Locale, page: PageRequest) -> Page[Article]:
    """Every article of a language, newest first."""
    query = sa.select(Article).where(Article.locale == locale)
    return fetch_page(tx, query, page, at=Article.updated_at, row_id=Article.id)


def search_articles(
    tx: Transaction, words: str, locale: Locale, page: PageRequest
) -> Page[Article]:
    """The articles that `words` find in a language, best first."""
    ids = cut_page(faq_index.find(tx, words, locale), page)
    query = sa.select(Article).where(Article.locale == locale, Article.id.in_(ids.data))
    by_id = {article.id: article for article in tx.scalars(query)}
    return ids.map(lambda article_id: by_id[article_id])
