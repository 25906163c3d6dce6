"""One conversation: what was said, live; beside it the masked customer and the last payments; texts to insert."""

from dataclasses import dataclass
from typing import Any, Final

from app.auth.agent_queries import agents_at_work
from app.console.dependencies import ConsoleDependencies
from app.console.looking import contact_of, level_in
from app.console.once import new_key
from app.console.pages import Pages, Shown, Visit
from app.core.database import Transaction
from app.core.errors import Refusal
from app.core.locale import LOCALES, Locale
from app.core.pagination import PageRequest
from app.payments.presenting import present_payment
from app.payments.queries import PaymentFilter
from app.support.calls.presenting import present_call
from app.support.calls.queries import calls_of_cases
from app.support.conversations.attendance import attended
from app.support.conversations.operations.offer_canned_replies import offer_canned_replies
from app.support.conversations.operations.read_as_agent import read_conversation
from app.support.conversations.operations.show_typing import show_typing_agent
from app.support.conversations.operations.watch_desk import Watched, watch_conversation
from app.support.conversations.presence import presences
from app.support.conversations.presenting import transcript
from app.support.conversations.queries import messages_after
from app.support.conversations.rules import WAITED_FOR, can_be_written_to
from app.support.customers.operations import read_customers as reading
from app.support.faq.queries import ArticleView, read_article, suggest_articles
from app.support.looks import Looker

pages = Pages()

RECENT: Final = PageRequest(5)
SNOOZES: Final = (60, 240, 1440, 4320)
"""Minutes that are offered."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text to insert, in both languages side by side."""

    title: str
    texts: dict[Locale, str]
    missing: tuple[str, ...] = ()


@pages.get("/conversations/<conversation_id>")
def show_conversation(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> Shown:
    """The whole page."""
    watched = watch_conversation(deps.support, visit.me.principal, conversation_id)
    user_id = watched.found.conversation.user_id
    with deps.database.snapshot() as tx:
        calls = calls_of_cases(tx, [conversation_id]).get(conversation_id, ())
        values = _thread(tx, watched) | {
            "colleagues": agents_at_work(tx),
            "present": presences(tx),
            "calls": [present_call(call, visit.me.principal) for call in calls],
            "attended": conversation_id in attended(tx),
            "reachable": can_be_written_to(watched.found.conversation.channel, user_id),
        }
    beside = {} if user_id is None else _customer(deps, visit, conversation_id, user_id)
    forms = {"snoozes": SNOOZES, "waits": tuple(WAITED_FOR), "once": new_key()}
    keeps = None if user_id is None else (user_id, conversation_id)
    return Shown("conversations/page.html", values | beside | forms, keeps_reason=keeps)


@pages.get("/conversations/<conversation_id>/thread")
def show_thread(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> Shown:
    """What was said, asked for again whenever there is news."""
    watched = watch_conversation(
        deps.support, visit.me.principal, conversation_id, again=visit.unattended
    )
    with deps.database.snapshot() as tx:
        return Shown("conversations/thread.html", _thread(tx, watched))


@pages.get("/conversations/<conversation_id>/phrases")
def find_phrases(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> Shown:
    """Canned texts, filled, and articles that fit the words; both languages to choose from."""
    words = visit.query.get("q", "").strip()
    phrases = [*_canned(deps, visit, conversation_id, words), *_articles(deps, visit, words)]
    return Shown("conversations/phrases.html", {"phrases": phrases, "locales": LOCALES})


@pages.post("/conversations/<conversation_id>/typing")
def say_typing(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> Shown:
    """The user sees that somebody is writing."""
    show_typing_agent(deps.support, conversation_id)
    return Shown("bare.html", status=204)


@pages.get("/conversations/<conversation_id>/transcript")
def show_transcript(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> Shown:
    """All of it, to print or to hand over; without the notes."""
    who = visit.me.principal
    found = read_conversation(deps.support, who, conversation_id)
    with deps.database.snapshot() as tx:
        said = messages_after(tx, conversation_id, 0)
    text = transcript(found.conversation, said, deps.support.timezone, visit.locale)
    return Shown("conversations/transcript.html", {"text": text, "id": conversation_id})


def _thread(tx: Transaction, watched: Watched) -> dict[str, Any]:
    return {
        "it": watched.found.conversation,
        "desk": watched.found,
        "entries": watched.entries,
        "earlier": watched.earlier,
        "siblings": watched.siblings,
        "now": tx.now,
    }


def _customer(
    deps: ConsoleDependencies, visit: Visit, conversation_id: str, user_id: str
) -> dict[str, Any]:
    """The card and the last payments; the conversation is the reason."""
    who = Looker(visit.me.id, conversation_id)
    paid = reading.read_payments(deps.support, who, user_id, PaymentFilter(), RECENT)
    contact = contact_of(conversation_id)
    return {
        "level": level_in(deps, visit, user_id, contact),
        "customer": reading.read_customer(deps.support, who, user_id),
        "payments": [present_payment(record, visit.locale) for record in paid.data],
    }


def _canned(
    deps: ConsoleDependencies, visit: Visit, conversation_id: str, words: str
) -> list[Phrase]:
    who = visit.me.principal
    offered = [offer_canned_replies(deps.support, who, conversation_id, it) for it in LOCALES]
    wanted = words.casefold()
    return [
        Phrase(
            title=next(it.title for it in both if it.locale == visit.locale),
            texts={it.locale: it.text for it in both},
            missing=tuple(dict.fromkeys(name for it in both for name in it.missing)),
        )
        for both in zip(*offered, strict=True)
        if any(wanted in f"{it.title} {it.text}".casefold() for it in both)
    ]


def _articles(deps: ConsoleDependencies, visit: Visit, words: str) -> list[Phrase]:
    """What the FAQ has for the words in the agent's language, with its other version where there is one."""
    if not words:
        return []
    with deps.database.snapshot() as tx:
        return [_article(tx, found) for found in suggest_articles(tx, words, visit.locale)]


def _article(tx: Transaction, found: ArticleView) -> Phrase:
    texts: dict[Locale, str] = {}
    for locale in LOCALES:
        try:
            texts[locale] = read_article(tx, found.id, locale).body
        except Refusal:
            continue  # not translated yet
    return Phrase(found.title, texts)
