"""Find FAQ articles, and keep what was asked in vain."""

import sqlalchemy as sa

from app.core.database import Database, Transaction
from app.core.ids import new_id
from app.core.locale import Locale
from app.core.pagination import Page, PageRequest
from app.support.faq.models import MissedQuery
from app.support.faq.queries import ArticleView, search_articles
from app.support.faq.search import MAX_QUERY_LENGTH
from app.support.masking import mask

MOST_KEPT = 10_000
"""Different queries that are kept at most: nobody can fill the table by asking nonsense."""


def search_faqs(
    database: Database, words: str, locale: Locale, page: PageRequest
) -> Page[ArticleView]:
    """Articles for `words`, best first. Words that find none are kept for the editors, masked.

    Where an editor had dealt with them, they are open again: it did not help.
    """
    with database.snapshot() as tx:
        found = search_articles(tx, words, locale, page)
    if not found.data and page.after is None:
        with database.transaction() as tx:
            _keep_missed(tx, mask(words[:MAX_QUERY_LENGTH]).strip().lower(), locale)
    return found


def _keep_missed(tx: Transaction, query: str, locale: Locale) -> None:
    same = (MissedQuery.query == query, MissedQuery.locale == locale)
    again = (
        sa.update(MissedQuery)
        .where(*same)
        .values(asked=MissedQuery.asked + 1, last_asked_at=tx.now, done_at=None, done_by=None)
    )
    if tx.change(again) or _kept(tx) >= MOST_KEPT:
        return
    inserted = tx.insert_missing(
        MissedQuery,
        id=new_id("mis"),
        query=query,
        locale=locale,
        asked=1,
        first_asked_at=tx.now,
        last_asked_at=tx.now,
    )
    if not inserted:  # somebody else asked the same at this moment
        tx.change(again)


def _kept(tx: Transaction) -> int:
    return tx.scalar(sa.select(sa.func.count()).select_from(MissedQuery)) or 0
