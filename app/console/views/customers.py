"""Finding a customer by what they tell, and saying why."""

import re
from collections.abc import Sequence
from typing import Final

from app.console.dependencies import ConsoleDependencies
from app.console.looking import read_reason
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.http.decoding import load
from app.support.customers.operations.look_up_customers import look_up_customers
from app.support.customers.queries import Customer
from app.support.customers.rules import LookupKey
from app.support.customers.schemas import CustomerLookupSchema
from app.support.looks import Looker

pages = Pages()

_LOOKS_LIKE: Final = (
    (LookupKey.USER_ID, re.compile(r"usr_\S+")),
    (LookupKey.PAYMENT_ID, re.compile(r"[a-z]{2,5}_\S+")),
    (LookupKey.EMAIL, re.compile(r"\S+@\S+")),
    (LookupKey.CARD_LAST4, re.compile(r"[0-9]{4}")),
    (LookupKey.CALL_CODE, re.compile(r"[0-9]{6}")),
)
_CONVERSATION: Final = re.compile(r"cnv_[0-9a-z]{1,60}")
_CALL: Final = re.compile(r"call_[0-9a-z]{1,60}")


def key_of(told: str) -> LookupKey:
    """What somebody typed seems to be: an id, an address, a card's end, a call code, else a phone number."""
    for key, pattern in _LOOKS_LIKE:
        if pattern.fullmatch(told):
            return key
    return LookupKey.PHONE


def find_customers(deps: ConsoleDependencies, who: Looker, told: str) -> Sequence[Customer]:
    """Whoever it means. Raises VALIDATION_FAILED for what can't be a key, and what a lookup raises."""
    key = key_of(told)
    body = load(CustomerLookupSchema(), {key.value: _without_blanks(key, told)})
    return look_up_customers(deps.support, who, key, body[key.value])


@pages.get("/customers")
def show_lookup(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The form."""
    return Shown("customers/lookup.html", {"why": visit.query.get("because", "")})


@pages.post("/search")
def search(deps: ConsoleDependencies, visit: Visit) -> Shown | GoTo:
    """Where a word leads: a conversation, a call, or the form for customers with the word in it."""
    told = visit.word("told")
    if _CONVERSATION.fullmatch(told):
        return GoTo(f"/conversations/{told}")
    if _CALL.fullmatch(told):
        return GoTo(f"/calls/{told}")
    return Shown("customers/lookup.html", {"typed": told, "why": ""})


@pages.post("/customers/lookup")
def look_up(deps: ConsoleDependencies, visit: Visit) -> Shown | GoTo:
    """Whoever it finds: one customer is opened at once, several are listed, nobody is said."""
    why, told = read_reason(visit.word("why", "")), visit.word("told")
    found = find_customers(deps, Looker(visit.me.id, why), told)
    if len(found) == 1:
        return GoTo(f"/customers/{found[0].id}", keeps_reason=(found[0].id, why))
    return Shown("customers/found.html", {"found": found, "typed": told, "why": why})


@pages.post("/customers/<customer_id>/open")
def open_customer(deps: ConsoleDependencies, visit: Visit, customer_id: str) -> GoTo:
    """Say why, and look."""
    why = read_reason(visit.word("why", ""))
    return GoTo(f"/customers/{customer_id}", keeps_reason=(customer_id, why))


def _without_blanks(key: LookupKey, told: str) -> str:
    """Numbers are read out in groups."""
    return re.sub(r"[\s-]", "", told) if key is LookupKey.PHONE else told
