"""The FAQ and its search words that a new database starts with. What an editor has changed stays as it is."""

from functools import cache

import sqlalchemy as sa

from app.audit.rules import SYSTEM
from app.core.database import Transaction
from app.support.faq import FaqArticle, IndexedText, index_text, load_articles, seed_words
from app.support.faq import index as faq_index
from app.support.faq.index import IndexedArticle
from app.support.faq.models import Article, ArticleRevision, ArticleText, SearchWords
from app.support.faq.queries import WORDS_ROW

_SHORT = {"zh-CN": "zh", "en": "en"}


def seed(tx: Transaction) -> None:
    """Bring the articles, their index and the search words to the seed's state, where no editor was at work."""
    stored = {row.id: row for row in tx.scalars(sa.select(Article))}
    stale = [it for it in load_articles() if _is_stale(tx, stored.get(it.id), it)]
    for article in stale:
        _plant(tx, stored.get(article.id), article)
    tx.flush()
    faq_index.put(tx, [each for article in stale for each in _indexed(article)])
    _plant_words(tx)


def _is_stale(tx: Transaction, stored: Article | None, wanted: FaqArticle) -> bool:
    if stored is None:
        return True
    if stored.updated_by != SYSTEM:
        return False
    latest = tx.get_one(ArticleRevision, (stored.id, stored.version))
    return (latest.tags, latest.texts) != (list(wanted.tags), _texts(wanted))


def _plant(tx: Transaction, stored: Article | None, wanted: FaqArticle) -> None:
    version = stored.version + 1 if stored else 1
    values = {
        "state": "published",
        "version": version,
        "tags": list(wanted.tags),
        "updated_at": wanted.updated_at,
    }
    if stored is None:
        created_at = wanted.updated_at
        tx.add(Article(id=wanted.id, created_at=created_at, updated_by=SYSTEM, **values))
        tx.flush()
    else:
        tx.execute(sa.update(Article).where(Article.id == wanted.id).values(**values))
    for locale, text in wanted.texts.items():
        tx.merge(
            ArticleText(
                article_id=wanted.id,
                locale=locale,
                title=text.title,
                body=text.body,
                updated_at=wanted.updated_at,
            )
        )
    tx.add(
        ArticleRevision(
            article_id=wanted.id,
            version=version,
            state="published",
            tags=list(wanted.tags),
            texts=_texts(wanted),
            edited_at=wanted.updated_at,
            edited_by=SYSTEM,
        )
    )


def _texts(article: FaqArticle) -> dict[str, dict[str, str]]:
    return {
        _SHORT[locale]: {"title": text.title, "body": text.body}
        for locale, text in article.texts.items()
    }


def _plant_words(tx: Transaction) -> None:
    fillers, synonyms = seed_words()
    words = {"fillers": list(fillers), "synonyms": [list(group) for group in synonyms]}
    planted = tx.insert_missing(
        SearchWords, id=WORDS_ROW, version=1, **words, updated_at=tx.now, updated_by=SYSTEM
    )
    if not planted:
        mine = sa.update(SearchWords).where(SearchWords.updated_by == SYSTEM)
        tx.change(mine.values(**words))


def _indexed(article: FaqArticle) -> list[IndexedArticle]:
    return [
        IndexedArticle(article.id, locale, _words_of(text.title, text.body, article.tags))
        for locale, text in article.texts.items()
    ]


@cache
def _words_of(title: str, body: str, tags: tuple[str, ...]) -> IndexedText:
    """Cutting texts into words is most of a reset's time, and the seed's are always the same."""
    return index_text(title, body, tags)
