"""The FAQ and its editors: articles in both languages, and how readers find them."""

from typing import Any, Final

from app.auth.agent_queries import names_of_agents
from app.auth.rules import Role
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_number
from app.console.pages import GoTo, Pages, Shown, Visit
from app.console.writing import (
    LANGUAGES,
    article_typed,
    texts_of,
    texts_to_send,
    texts_typed,
)
from app.core.http.decoding import load
from app.core.locale import LOCALES
from app.core.pagination import PageRequest
from app.support.faq import FaqText
from app.support.faq.queries import suggest_articles
from app.support.faq_editing import queries
from app.support.faq_editing.operations.save_article import (
    ArticleDraft,
    change_article,
    create_article,
)
from app.support.faq_editing.rules import LANGUAGE_OF, ArticleState
from app.support.faq_editing.schemas import FaqArticleChangeSchema, NewFaqArticleSchema

pages = Pages()

STATES: Final = tuple(ArticleState)
REVISIONS_SHOWN: Final = 50


@pages.get("/faq")
def show_articles(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Every article in both languages, last edited first."""
    asked = visit.query.get("state")
    with deps.database.snapshot() as tx:
        found = queries.list_records(
            tx,
            visit.page,
            state=next((it for it in STATES if it == asked), None),
            is_stale=True if visit.query.get("stale") else None,
        )
        names = names_of_agents(tx, {it.article.updated_by for it in found.data})
    return Shown("faq/list.html", {"found": found, "names": names, "states": STATES})


@pages.get("/faq/suggestions")
def show_suggestions(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """What readers of each language are shown while they type that."""
    words = visit.query.get("words", "").strip()
    with deps.database.snapshot() as tx:
        found = {it: suggest_articles(tx, words, it) for it in LOCALES} if words else {}
    return Shown("faq/suggestions.html", {"suggested": found, "words": words})


@pages.get("/faq/new", role=Role.SUPERVISOR)
def show_new_article(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """An empty form, or one that begins with what was asked in vain."""
    texts: dict[str, dict[str, str]] = {}
    if missed_id := visit.query.get("query"):
        with deps.database.snapshot() as tx:
            missed = queries.read_missed(tx, missed_id)
        texts = {LANGUAGE_OF[missed.locale]: {"title": missed.query, "body": ""}}
    return Shown("faq/article.html", {"record": None, "texts": texts, **_words(ArticleState.DRAFT)})


@pages.post("/faq", role=Role.SUPERVISOR)
def write_article(deps: ConsoleDependencies, visit: Visit) -> GoTo:
    """A new article."""
    body = load(NewFaqArticleSchema(), article_typed(visit, texts_typed(visit)))
    record = create_article(deps.support, visit.me.id, _draft(body))
    return GoTo(f"/faq/{record.article.id}", says="faq_saved")


@pages.post("/faq/preview")
def preview_article(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The article as its readers will see it."""
    return Shown("faq/preview.html", {"texts": texts_typed(visit)})


@pages.get("/faq/<faq_id>")
def show_article(deps: ConsoleDependencies, visit: Visit, faq_id: str) -> Shown:
    """One article to edit, with its versions; `?version=` puts an older one into the form."""
    with deps.database.snapshot() as tx:
        record = queries.read_record(tx, faq_id)
        revisions = queries.list_revisions(tx, faq_id, PageRequest(REVISIONS_SHOWN)).data
        names = names_of_agents(tx, {it.edited_by for it in revisions})
    wanted = visit.query.get("version")
    old = next((it for it in revisions if str(it.version) == wanted), None)
    values = {
        "record": record,
        "texts": texts_of(record) if old is None else old.texts,
        "old": old,
        "revisions": revisions,
        "names": names,
    }
    return Shown("faq/article.html", values | _words(ArticleState(record.article.state)))


@pages.post("/faq/<faq_id>", role=Role.SUPERVISOR)
def save_article(deps: ConsoleDependencies, visit: Visit, faq_id: str) -> GoTo:
    """The next version, unless somebody else has saved one meanwhile."""
    with deps.database.snapshot() as tx:
        record = queries.read_record(tx, faq_id)
    checked = [it for it in LANGUAGES if f"fits_{it}" in visit.form]
    texts = texts_to_send(texts_typed(visit), record, checked)
    version = read_number(visit.word("version"), "/version")
    body = load(FaqArticleChangeSchema(), article_typed(visit, texts) | {"version": version})
    change_article(deps.support, visit.me.id, faq_id, version, _draft(body))
    return GoTo(f"/faq/{faq_id}", says="faq_saved")


def _draft(body: dict[str, Any]) -> ArticleDraft:
    texts = {language: FaqText(**text) for language, text in body["texts"].items()}
    return ArticleDraft(ArticleState(body["state"]), body["tags"], texts)


def _words(state: ArticleState) -> dict[str, Any]:
    return {"states": STATES, "state_now": state, "languages": LANGUAGES}
