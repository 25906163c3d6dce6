"""Write an article: a new one, or a new version of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.audit.rules import Act
from app.core.database import Transaction
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.ids import new_id
from app.support.dependencies import SupportDependencies
from app.support.faq import FaqText, index_text
from app.support.faq import index as faq_index
from app.support.faq.index import IndexedArticle
from app.support.faq.models import Article, ArticleRevision, ArticleText
from app.support.faq_editing.errors import FAQ_CHANGED, TRANSLATION_MISSING
from app.support.faq_editing.queries import ArticleRecord, lock_article, read_record
from app.support.faq_editing.rules import LOCALE_OF, ArticleState


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """What an editor saves; `texts` by language, `zh` and `en`. A language that is left out stays as it is."""

    state: ArticleState
    tags: Sequence[str]
    texts: Mapping[str, FaqText]


def create_article(deps: SupportDependencies, agent_id: str, draft: ArticleDraft) -> ArticleRecord:
    """A new article, version 1. Raises VALIDATION_FAILED where it is published in one language only."""
    with deps.database.transaction() as tx:
        article = Article(
            id=new_id("faq"),
            state=draft.state,
            version=1,
            tags=list(draft.tags),
            created_at=tx.now,
            updated_at=tx.now,
            updated_by=agent_id,
        )
        tx.add(article)
        tx.flush()
        return _write(tx, deps, article, draft, "create_faq")


def change_article(
    deps: SupportDependencies, agent_id: str, article_id: str, version: int, draft: ArticleDraft
) -> ArticleRecord:
    """The next version of an article, found by its readers from the same moment on.

    Raises NOT_FOUND, FAQ_CHANGED where `version` is no longer the newest, and VALIDATION_FAILED. A text that is given
    counts as looked at, so a translation that needs no change is made fresh by sending it as it is.
    """
    with deps.database.transaction() as tx:
        article = lock_article(tx, article_id)
        if article.version != version:
            raise FAQ_CHANGED(version=article.version)
        article.state, article.tags = draft.state, list(draft.tags)
        article.version, article.updated_at, article.updated_by = version + 1, tx.now, agent_id
        tx.flush()
        return _write(tx, deps, article, draft, "change_faq")


def _write(
    tx: Transaction, deps: SupportDependencies, article: Article, draft: ArticleDraft, action: str
) -> ArticleRecord:
    for language, text in draft.texts.items():
        tx.merge(
            ArticleText(
                article_id=article.id,
                locale=LOCALE_OF[language],
                title=text.title,
                body=text.body,
                updated_at=tx.now,
            )
        )
    tx.flush()
    record = read_record(tx, article.id)
    _require_both_languages(record)
    tx.add(_revision(record))
    _index(tx, record)
    detail = {"state": article.state, "version": article.version}
    fields = ("state", "tags", *(f"texts.{language}" for language in sorted(draft.texts)))
    act = Act(article.updated_by, action, subject=article.id, fields=fields, detail=detail)
    deps.audit.record(tx, act)
    return record


def _require_both_languages(record: ArticleRecord) -> None:
    missing = sorted(LOCALE_OF.keys() - record.texts.keys())
    if missing and record.article.state == ArticleState.PUBLISHED:
        problems = [field_problem(f"/texts/{it}", TRANSLATION_MISSING) for it in missing]
        raise VALIDATION_FAILED(errors=problems)


def _revision(record: ArticleRecord) -> ArticleRevision:
    article = record.article
    return ArticleRevision(
        article_id=article.id,
        version=article.version,
        state=article.state,
        tags=article.tags,
        texts={
            language: {"title": text.title, "body": text.body}
            for language, text in record.texts.items()
        },
        edited_at=article.updated_at,
        edited_by=article.updated_by,
    )


def _index(tx: Transaction, record: ArticleRecord) -> None:
    """What is not published is not found; both languages are indexed again, since they share the tags."""
    article = record.article
    faq_index.remove(tx, article.id)
    if article.state == ArticleState.PUBLISHED:
        found_by = [
            IndexedArticle(article.id, it.locale, index_text(it.title, it.body, article.tags))
            for it in record.texts.values()
        ]
        faq_index.put(tx, found_by)
