"""Count whether an article helped."""

import sqlalchemy as sa

from app.core.database import Database
from app.core.locale import Locale
from app.support.faq.models import ArticleFeedback
from app.support.faq.queries import read_article


def rate_faq(database: Database, article_id: str, locale: Locale, *, helpful: bool) -> None:
    """Add one voice for or against an article in a language. Raises NOT_FOUND."""
    with database.transaction() as tx:
        read_article(tx, article_id, locale)
        tx.insert_missing(
            ArticleFeedback, article_id=article_id, locale=locale, helpful=0, unhelpful=0
        )
        counter = ArticleFeedback.helpful if helpful else ArticleFeedback.unhelpful
        tx.change(
            sa.update(ArticleFeedback)
            .where(ArticleFeedback.article_id == article_id, ArticleFeedback.locale == locale)
            .values({counter: counter + 1})
        )
