"""`/internal/v1/faqs`, `faq-queries` and `faq-synonyms`: agents read, supervisors write."""

from collections.abc import Mapping
from typing import Any

from app.auth.rules import Role
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page
from app.support.dependencies import SupportDependencies
from app.support.faq import FaqText
from app.support.faq.models import ArticleRevision, MissedQuery, SearchWords
from app.support.faq_editing import queries
from app.support.faq_editing.errors import FAQ_CHANGED
from app.support.faq_editing.operations import save_article as saving
from app.support.faq_editing.operations.change_synonyms import change_synonyms
from app.support.faq_editing.operations.finish_query import finish_query
from app.support.faq_editing.operations.save_article import ArticleDraft
from app.support.faq_editing.queries import ArticleRecord
from app.support.faq_editing.rules import LOCALE_OF, ArticleState
from app.support.faq_editing.schemas import (
    FaqArticleChangeSchema,
    FaqArticleQuerySchema,
    FaqArticleSchema,
    FaqQueriesQuerySchema,
    FaqRevisionSchema,
    FaqSynonymsSchema,
    MissedFaqQuerySchema,
    NewFaqArticleSchema,
    SynonymsChangeSchema,
)

routes = Routes(
    "support_faq_agents", prefix="/internal/v1", tag="FAQ", access=Access.AGENT, role=Role.AGENT
)


@routes.get("/faqs", query=FaqArticleQuerySchema, answers={200: FaqArticleSchema}, paged=True)
def list_faq_articles(deps: SupportDependencies, call: Call) -> Page[dict[str, Any]]:
    """Every article in every state, the last edited first."""
    state, translation = call.query.get("state"), call.query.get("translation")
    with deps.database.snapshot() as tx:
        found = queries.list_records(
            tx,
            call.page,
            state=None if state is None else ArticleState(state),
            is_stale=None if translation is None else translation == "stale",
        )
    return found.map(_article)


@routes.get("/faqs/<faq_id>", answers={200: FaqArticleSchema})
def read_faq_article(deps: SupportDependencies, call: Call, faq_id: str) -> dict[str, Any]:
    """One article with both languages, whether its translation is stale, and what readers said."""
    with deps.database.snapshot() as tx:
        return _article(queries.read_record(tx, faq_id))


@routes.get("/faqs/<faq_id>/revisions", answers={200: FaqRevisionSchema}, paged=True)
def list_faq_revisions(deps: SupportDependencies, call: Call, faq_id: str) -> Page[dict[str, Any]]:
    """Every version of an article, newest first, with who wrote it and when."""
    with deps.database.snapshot() as tx:
        return queries.list_revisions(tx, faq_id, call.page).map(_revision)


@routes.post(
    "/faqs", body=NewFaqArticleSchema, answers={201: FaqArticleSchema}, role=Role.SUPERVISOR
)
def create_faq_article(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Write an article; unless it is published it stays a draft that only agents see."""
    return _article(saving.create_article(deps, call.who.id, _draft(call.body)))


@routes.put(
    "/faqs/<faq_id>",
    body=FaqArticleChangeSchema,
    answers={200: FaqArticleSchema},
    errors=(FAQ_CHANGED,),
    role=Role.SUPERVISOR,
)
def change_faq_article(deps: SupportDependencies, call: Call, faq_id: str) -> dict[str, Any]:
    """Save the next version of an article; readers find it from the same moment on.

    Every version is kept. To publish, withdraw or archive it, send another `state`.
    """
    version = call.body["version"]
    record = saving.change_article(deps, call.who.id, faq_id, version, _draft(call.body))
    return _article(record)


@routes.get(
    "/faq-queries",
    query=FaqQueriesQuerySchema,
    answers={200: MissedFaqQuerySchema},
    paged=True,
)
def list_faq_queries(deps: SupportDependencies, call: Call) -> Page[MissedQuery]:
    """What readers asked in vain, the most frequent first."""
    with deps.database.snapshot() as tx:
        return queries.list_missed(tx, call.page, is_done=call.query["state"] == "done")


@routes.post(
    "/faq-queries/<query_id>/finish",
    answers={200: MissedFaqQuerySchema},
    role=Role.SUPERVISOR,
)
def finish_faq_query(deps: SupportDependencies, call: Call, query_id: str) -> MissedQuery:
    """Say that it is dealt with; asked in vain again, it comes back to the list."""
    return finish_query(deps, call.who.id, query_id)


@routes.get("/faq-synonyms", answers={200: FaqSynonymsSchema})
def read_faq_synonyms(deps: SupportDependencies, call: Call) -> SearchWords:
    """The groups of words that say the same."""
    with deps.database.snapshot() as tx:
        return queries.read_search_words(tx)


@routes.put(
    "/faq-synonyms",
    body=SynonymsChangeSchema,
    answers={200: FaqSynonymsSchema},
    errors=(FAQ_CHANGED,),
    role=Role.SUPERVISOR,
)
def change_faq_synonyms(deps: SupportDependencies, call: Call) -> SearchWords:
    """Replace all groups; the next search goes by them."""
    return change_synonyms(deps, call.who.id, call.body["version"], call.body["synonyms"])


def _draft(body: Mapping[str, Any]) -> ArticleDraft:
    texts = {language: FaqText(**text) for language, text in body["texts"].items()}
    tags = list(dict.fromkeys(body["tags"]))
    return ArticleDraft(ArticleState(body["state"]), tags, texts)


def _article(record: ArticleRecord) -> dict[str, Any]:
    article = record.article
    return {
        "id": article.id,
        "state": article.state,
        "version": article.version,
        "tags": article.tags,
        "texts": {language: _text(record, language) for language in LOCALE_OF},
        "created_at": article.created_at,
        "updated_at": article.updated_at,
        "updated_by": article.updated_by,
    }


def _text(record: ArticleRecord, language: str) -> dict[str, Any] | None:
    text, said = record.texts.get(language), record.feedback.get(language)
    if text is None:
        return None
    return {
        "title": text.title,
        "body": text.body,
        "updated_at": text.updated_at,
        "stale": language in record.stale,
        "helpful": said.helpful if said else 0,
        "unhelpful": said.unhelpful if said else 0,
    }


def _revision(revision: ArticleRevision) -> dict[str, Any]:
    return {
        "version": revision.version,
        "state": revision.state,
        "tags": revision.tags,
        "texts": {language: revision.texts.get(language) for language in LOCALE_OF},
        "edited_at": revision.edited_at,
        "edited_by": revision.edited_by,
    }
