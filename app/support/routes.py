"""`/v1/support`: channels, FAQ and the diagnosis of a payment."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.errors import NOT_FOUND
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.locale import Locale
from app.core.pagination import Page
from app.support.channels import WEEKDAYS, Channel, channels, clock_text
from app.support.counted_pages import cut_page
from app.support.diagnosis.investigating import Question
from app.support.diagnosis.matching import Recollection
from app.support.operations import SupportDependencies
from app.support.operations.diagnose_payment import diagnose_payment as diagnose
from app.support.operations.rate_faq import rate_faq
from app.support.operations.search_faqs import search_faqs
from app.support.queries import ArticleView, list_articles, read_article, suggest_articles
from app.support.schemas import (
    FaqLocaleQuerySchema,
    FaqQuerySchema,
    FaqSchema,
    FaqSuggestionQuerySchema,
    FaqSuggestionsSchema,
    NewFaqFeedbackSchema,
    NewPaymentDiagnosisSchema,
    PaymentDiagnosisSchema,
    SupportChannelSchema,
)

routes = Routes("support", prefix="/v1/support", tag="Support")


@routes.get("/channels", access=Access.ANYONE, answers={200: SupportChannelSchema}, paged=True)
def list_channels(deps: SupportDependencies, call: Call) -> Page[dict[str, Any]]:
    """How to reach us, whether somebody is there now, and how soon you get an answer."""
    with deps.database.snapshot() as tx:
        now = tx.now
    offered = cut_page(channels(), call.page)
    return offered.map(lambda channel: _channel(channel, now, deps.timezone, call.locale))


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


@routes.post(
    "/payment-diagnoses",
    body=NewPaymentDiagnosisSchema,
    answers={201: PaymentDiagnosisSchema},
    errors=(NOT_FOUND,),
)
def diagnose_payment(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """What became of a payment: where the money is, why, whether it is safe to pay again, and what to do.

    It is found by its id, or by about when and how much; asking moves no money.
    """
    body = call.body
    if "payment_id" in body:
        return diagnose(deps, call.user_id, Question(body["payment_id"]), call.locale)
    remembered = Recollection(body["amount"], body["occurred_at"], body.get("merchant_id"))
    return diagnose(deps, call.user_id, Question(remembered=remembered), call.locale)


def _locale(call: Call) -> Locale:
    locale: Locale = call.query.get("locale", call.locale)
    return locale


def _channel(channel: Channel, now: datetime, timezone: ZoneInfo, locale: Locale) -> dict[str, Any]:
    spans = [
        {
            "days": [day for day in WEEKDAYS if day in span.days],
            "opens": clock_text(span.opens),
            "closes": clock_text(span.closes),
        }
        for span in channel.hours
    ]
    return {
        "code": channel.code,
        "name": channel.name.said_in(locale),
        "contact": channel.contact,
        "hours": {
            "text": channel.hours_text.said_in(locale),
            "timezone": timezone.key,
            "spans": spans,
        },
        "open_now": channel.is_open(now, timezone),
        "promised_reply": channel.promise_text.said_in(locale),
        "promised_reply_seconds": int(channel.promise.total_seconds()),
        "promised_reply_at": channel.promised_reply_at(now, timezone),
    }
