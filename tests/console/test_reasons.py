"""Why an agent opened a customer lies sealed in a cookie: what somebody wrote there themselves is no reason."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.console.browser import REASONS_COOKIE
from app.factory import Wallet
from tests.conftest import Clock
from tests.console.test_frame import csrf_of, sign_in
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

WHY = "asks on the hotline about a payment"


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


def a_browser(wallet: Wallet) -> tuple[FlaskClient, Colleague]:
    agent, browser = create_agent(wallet, Role.SUPERVISOR), wallet.app.test_client()
    sign_in(browser, wallet, agent)
    return browser, agent


def give_a_reason(browser: FlaskClient, person: Person, why: str = WHY) -> str:
    """Opens the customer as a person would; returns the note that the browser keeps from then on."""
    form = {"csrf": csrf_of(browser), "why": why}
    assert browser.post(f"/console/customers/{person.user_id}/open", data=form).status_code == 303
    return note_of(browser)


def note_of(browser: FlaskClient) -> str:
    kept = browser.get_cookie(REASONS_COOKIE, path="/console")
    assert kept is not None
    return kept.value


def is_shown(browser: FlaskClient, person: Person, **query: str) -> bool:
    """Whether the customer's page shows anything but the question why."""
    answer = browser.get(f"/console/customers/{person.user_id}", query_string=query)
    assert answer.status_code == 200
    return "timeline" in answer.text


def reasons_of_looks(wallet: Wallet, person: Person) -> set[str | None]:
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry.reason).where(AuditEntry.customer_id == person.user_id)
        return set(tx.scalars(query))


def test_a_reason_holds_for_its_customer_and_session_alone(wallet: Wallet, person: Person) -> None:
    browser, _ = a_browser(wallet)
    assert not is_shown(browser, person)
    give_a_reason(browser, person)
    assert is_shown(browser, person)
    assert not is_shown(browser, create_person(wallet))
    assert reasons_of_looks(wallet, person) == {WHY}


def test_a_note_that_somebody_wrote_themselves_is_none(wallet: Wallet, person: Person) -> None:
    browser, _ = a_browser(wallet)
    note = give_a_reason(browser, person)
    middle = len(note) // 2
    changed = note[:middle] + ("A" if note[middle] != "A" else "B") + note[middle + 1 :]
    written = f'{{"{person.user_id}": "{WHY}"}}'
    for forged in (changed, note[:-4], "", "x", written, "é"):
        browser.set_cookie(REASONS_COOKIE, forged, path="/console")
        assert not is_shown(browser, person), forged
    assert reasons_of_looks(wallet, person) == set()


def test_a_colleagues_note_is_none_in_my_browser(wallet: Wallet, person: Person) -> None:
    theirs, _ = a_browser(wallet)
    mine, _ = a_browser(wallet)
    mine.set_cookie(REASONS_COOKIE, give_a_reason(theirs, person), path="/console")
    assert not is_shown(mine, person)


def test_a_note_does_not_outlive_its_session(wallet: Wallet, person: Person, clock: Clock) -> None:
    browser, agent = a_browser(wallet)
    note = give_a_reason(browser, person)
    browser.post("/console/sign-out", data={"csrf": csrf_of(browser)})
    clock.advance(seconds=30)  # a code opens once
    assert sign_in(browser, wallet, agent).headers["Location"] == "/console/"
    browser.set_cookie(REASONS_COOKIE, note, path="/console")
    assert not is_shown(browser, person)


def test_a_reason_that_says_nothing_opens_nobody(wallet: Wallet, person: Person) -> None:
    browser, _ = a_browser(wallet)
    form = {"csrf": csrf_of(browser)}
    for why in ("", "because", "  \t        ", "line\nfeeds in here", "x" * 501):
        answer = browser.post(f"/console/customers/{person.user_id}/open", data=form | {"why": why})
        assert answer.status_code in (400, 422), why
        assert not is_shown(browser, person, because=why), why
    assert reasons_of_looks(wallet, person) <= {None}
