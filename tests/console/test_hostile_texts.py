"""What anybody typed is text on every page of the console: no script, no tag, no attribute of theirs.

Pages are walked as they are declared; a new kind of id in an address is named in `ids`.
"""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Dialog

from app.auth.rules import Role
from app.console.opening import PAGES
from app.factory import Wallet
from tests.conftest import Clock, Outside
from tests.console.conftest import a_desk
from tests.console.test_frame import sign_in
from tests.factories.actions import ask
from tests.factories.calls import pick_up
from tests.factories.conversations import CONVERSATIONS, DESK, begin
from tests.factories.faq import create_missed_query
from tests.factories.mails import Mailroom, mail_of
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

RAW = re.compile(r"<img src=x|<script>alert|</textarea></title>")
SPELLED = re.compile(r"(\w+)!&#34;&#39;/&gt;&lt;img src=x onerror")
PRODUCT = "9801547"  # of the numbers that a template would multiply
MET = {
    "agent",
    "asked",
    "call",
    "comment",
    "incident",
    "letter",
    "mail",
    "message",
    "messages",
    "notes",
    "quarantine",
    "request",
    "subject",
    "update",
    "waiting",
}
"""Places whose words the walk must have seen, or it proves nothing."""
NAME_MAX = 64


def hostile(place: str) -> str:
    """Words that would break out of a tag, an attribute, a field of text or a template; `place` says where they are."""
    spell = "\"'/><img src=x onerror=alert(1)><script>alert(2)</script>"
    return f"{place}!{spell}</textarea></title>{{{{1337*7331}}}}"


HOSTILE_NAME = hostile("agent")[:NAME_MAX]


@pytest.fixture
def author(wallet: Wallet) -> Colleague:
    """An admin whose own name is hostile, too."""
    colleague = create_agent(wallet, Role.ADMIN)
    renamed = {"display_name": HOSTILE_NAME}
    path = f"/internal/v1/agents/{colleague.agent_id}"
    assert colleague.client.patch(path, renamed).status == 200
    return colleague


@pytest.fixture
def person(wallet: Wallet) -> Person:
    somebody = create_person(wallet, card=True)
    assert somebody.client.patch("/v1/me", {"display_name": HOSTILE_NAME}).status == 200
    assert somebody.pay(500).status == 201
    return somebody


@pytest.fixture
def ids(
    wallet: Wallet, author: Colleague, person: Person, clock: Clock, outside: Outside
) -> dict[str, str]:
    """One of everything with hostile words in every place that takes words."""
    letter = mail_of(hostile("letter"), Subject=hostile("mail"))
    mailroom = Mailroom(wallet, clock, outside)
    mailroom.receive(letter)
    waiting = mail_of(hostile("quarantine"), Subject=hostile("waiting"))
    assert mailroom.receive(waiting, envelope="x@elsewhere.example").status == "quarantined"
    talk = str(begin(person.client, hostile("message"), subject=hostile("subject"))["id"])
    for kind in ("messages", "notes"):
        _done(author.client.post(f"{DESK}/{talk}/{kind}", {"text": hostile(kind)}))
    _done(author.client.post(f"{DESK}/{talk}/escalate", {"reason": hostile("escalation")}))
    rating = {"score": 1, "comment": hostile("comment")}
    _done(person.client.post(f"{CONVERSATIONS}/{talk}/rating", rating))
    call = str(pick_up(author, None)["id"])
    said = {"notes": hostile("call"), "user_id": person.user_id}
    _done(author.client.patch(f"/internal/v1/calls/{call}", said))
    why = hostile("request")
    asked = ask(author, person.user_id, "goodwill_credit", amount=500, reason=why)
    with wallet.database.transaction() as tx:
        create_missed_query(tx, hostile("query"))
    return {
        "agent_id": author.agent_id,
        "call_id": call,
        "conversation_id": talk,
        "customer_id": person.user_id,
        "faq_id": _written_article(author),
        "incident_id": _told_incident(author),
        "payment_id": str(person.client.get("/v1/payments")["data"][0]["id"]),
        "platform": "ios",
        "report": "failures",
        "request_id": str(_done(asked)["id"]),
    }


def _done(answer: Any) -> Any:
    assert answer.status in (200, 201, 204), answer.body
    return answer


def _told_incident(author: Colleague) -> str:
    incident = {
        "title": dict.fromkeys(("zh", "en"), hostile("incident")),
        "update": {"text": dict.fromkeys(("zh", "en"), hostile("update"))},
        "impact": "minor",
        "components": ["payment_gateway"],
    }
    return str(_done(author.client.post("/internal/v1/incidents", incident))["id"])


def _written_article(author: Colleague) -> str:
    text = {"title": hostile("title"), "body": hostile("body")}
    article = {"state": "published", "tags": [], "texts": {"zh": text, "en": text}}
    return str(_done(author.client.post("/internal/v1/faqs", article))["id"])


def addresses(ids: dict[str, str]) -> list[str]:
    """Every page that is looked at, with its places filled."""
    found = []
    for spec in (spec for pages in PAGES for spec in pages.specs):
        if spec.method == "GET" and not spec.path.endswith(("/events", "/stream")):
            path = re.sub(r"<([a-z_:]+)>", lambda place: ids[place.group(1)], spec.path)
            found.append(f"/console{path}")
    assert len(found) >= 15
    return found


def test_hostile_words_are_words_on_every_page(
    wallet: Wallet, author: Colleague, ids: dict[str, str]
) -> None:
    browser: FlaskClient = wallet.app.test_client()
    assert sign_in(browser, wallet, author).status_code == 303
    asked = {name: hostile("asked") for name in ("q", "told", "status", "actor")}
    met: set[str] = set()
    for address in addresses(ids):
        answer = browser.get(address, query_string=asked | {"because": ids["call_id"]})
        assert answer.status_code in (200, 303, 422), (address, answer.status_code)
        if answer.mimetype != "text/html":
            assert answer.headers["X-Content-Type-Options"] == "nosniff", address
            continue
        assert RAW.search(answer.text) is None, address
        assert PRODUCT not in answer.text, address
        met.update(SPELLED.findall(answer.text))
    assert met >= MET


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_hostile_words_run_nothing_in_a_real_browser(
    wallet: Wallet, chromium: Browser, site: str, ids: dict[str, str]
) -> None:
    with a_desk(wallet, chromium, site, Role.ADMIN, "en-GB") as desk:
        opened: list[str] = []

        def shut(dialog: Dialog) -> None:
            opened.append(dialog.message)
            dialog.dismiss()

        desk.page.on("dialog", shut)
        # What is no page of ours, figures as JSON, names no icon: the browser looks for one by itself.
        desk.page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        # A browser shows no file that it is told to keep.
        shown = [address for address in addresses(ids) if not address.endswith(".csv")]
        for address in shown:
            desk.open(f"{address.removeprefix('/console')}?because={ids['call_id']}")
            desk.page.wait_for_load_state("load")
            assert desk.page.locator('img[src="x"]').count() == 0, address
        assert opened == []
        desk.check()
