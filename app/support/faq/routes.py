"""`/v1/support/faqs`: the FAQ, for its readers (contract, section 7)."""

from typing import Any

from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.locale import Locale
from app.core.pagination import Page
from app.support.dependencies import SupportDependencies
from app.support.faq.operations.rate_faq import rate_faq
from app.support.faq.operations.search_faqs import search_faqs
from app.support.faq.queries import ArticleView, list_articles, read_article, suggest_articles
from app.support.faq.schemas import (
    FaqLocaleQuerySchema,
    FaqQuerySchema,
    FaqSchema,
    FaqSuggestionQuerySchema,
    FaqSuggestionsSchema,
    NewFaqFeedbackSchema,
)

routes = Routes("support_faq", prefix="/v1/support", tag="Support")


@routes.get(
    "/faqs", access=Access.ANYONE, query=FaqQuerySchema, answers={200: FaqSchema}, paged=True
)
def list_faqs(deps: SupportDependencies, call: Call) -> Page[ArticleView]:
    """Articles for `q`, best first: two Chinese characters or the beginning of an English word are enough.

    Without `q` all of them, newest first.
    """
    locale = _locale(call)
    words = call.query.get("q", "").strip()
    if words:
        return search_faqs(deps.database, words, locale, call.page)
    with deps.database.snapshot() as tx:
        return list_articles(tx, locale, call.page)


@routes.get(
    "/faq-suggestions",
    access=Access.ANYONE,
    query=FaqSuggestionQuerySchema,
    answers={200: FaqSuggestionsSchema},
)
def suggest_faqs(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Up to five titles for what has been typed so far; what finds nothing is not kept."""
    with deps.database.snapshot() as tx:
        return {"data": suggest_articles(tx, call.query["q"], _locale(call))}


@routes.get(
    "/faqs/<faq_id>", access=Access.ANYONE, query=FaqLocaleQuerySchema, answers={200: FaqSchema}
)
def read_faq(deps: SupportDependencies, call: Call, faq_id: str) -> ArticleView:
    """One article."""
    with deps.database.snapshot() as tx:
        return read_article(tx, faq_id, _locale(call))


@routes.post(
    "/faqs/<faq_id>/feedback",
    access=Access.ANYONE,
    body=NewFaqFeedbackSchema,
    query=FaqLocaleQuerySchema,
    answers={204: None},
    address_limit="faq_feedback",
)
def create_faq_feedback(deps: SupportDependencies, call: Call, faq_id: str) -> None:
    """Say whether an article helped; only counts are kept."""
    rate_faq(deps.database, faq_id, _locale(call), helpful=call.body["helpful"])


def _locale(call: Call) -> Locale:
    locale: Locale = call.query.get("locale", call.locale)
    return locale
