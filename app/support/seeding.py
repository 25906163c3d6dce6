"""The FAQ that a new database starts with. What was edited since is newer than the seed, and stays."""

from app.core.database import Transaction
from app.support import faq_index
from app.support.faq import FaqArticle, index_text, load_articles
from app.support.models import Article


def seed(tx: Transaction) -> None:
    """Bring the articles and their index to the seed's state, where the seed is not older."""
    for article in load_articles():
        for locale in article.texts:
            _keep(tx, article, locale)


def _keep(tx: Transaction, article: FaqArticle, locale: str) -> None:
    text = article.texts[locale]
    stored = tx.get(Article, (article.id, locale))
    if stored is not None and stored.updated_at > article.updated_at:
        return
    wanted = (text.title, text.body, list(article.tags), article.updated_at)
    if stored is not None and wanted == (
        stored.title,
        stored.body,
        stored.tags,
        stored.updated_at,
    ):
        return
    title, body, tags, updated_at = wanted
    tx.merge(
        Article(
            id=article.id, locale=locale, title=title, body=body, tags=tags, updated_at=updated_at
        )
    )
    tx.flush()
    faq_index.put(tx, article.id, locale, index_text(title, body, tags))
