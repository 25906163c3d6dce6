"""Two cases of one customer become one, from the page of one: what is offered, refused, and where each leads."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Dialog, expect

from app.auth.rules import Role
from app.factory import Wallet
from tests.console.conftest import Desk, a_desk
from tests.console.test_frame import csrf_of, sign_in
from tests.factories.conversations import CONVERSATIONS, DESK, begin
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet, Role.SUPERVISOR)


@pytest.fixture
def browser(wallet: Wallet, agent: Colleague) -> FlaskClient:
    signed_in = wallet.app.test_client()
    assert sign_in(signed_in, wallet, agent).status_code == 303
    return signed_in


def case(person: Person, subject: str) -> str:
    return str(begin(person.client, channel="ticket", subject=subject)["id"])


def offered(browser: FlaskClient, conversation_id: str) -> str:
    """What the page offers to go on in; empty where it offers nothing."""
    page = browser.get(f"/console/conversations/{conversation_id}").text
    return page.partition('<select name="into"')[2].partition("</select>")[0]


def merge(browser: FlaskClient, conversation_id: str, into: str, **headers: str) -> object:
    form = {"csrf": csrf_of(browser), "into": into}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"/console/conversations/{conversation_id}/merge"
    return browser.post(path, data=form, headers=named)


def test_only_what_goes_on_of_the_same_customer_is_offered(
    wallet: Wallet, person: Person, agent: Colleague, browser: FlaskClient
) -> None:
    here, other, done, over = (case(person, it) for it in ("here", "other", "done", "over"))
    agent.client.post(f"{DESK}/{done}/resolve")
    person.client.post(f"{CONVERSATIONS}/{over}/close")
    strangers = case(create_person(wallet), "a stranger's")
    choice = offered(browser, here)
    assert {it: it in choice for it in (here, other, done, over, strangers)} == {
        here: False,
        other: True,
        done: True,  # somebody who writes there opens it again
        over: False,
        strangers: False,
    }
    assert offered(browser, strangers) == ""
    assert offered(browser, done) == ""  # reopened first, then merged


def test_each_that_is_offered_is_taken_and_both_pages_lead_to_the_other(
    person: Person, agent: Colleague, browser: FlaskClient
) -> None:
    first, second, third = (case(person, it) for it in ("first", "second", "third"))
    for source in (first, second):
        answer = merge(browser, source, third)
        assert answer.status_code == 303  # type: ignore[attr-defined]
        assert answer.headers["Location"] == (  # type: ignore[attr-defined]
            f"/console/conversations/{third}?told=done_merged"
        )
        assert agent.client.get(f"{DESK}/{source}")["merged_into"] == third
        gone = browser.get(f"/console/conversations/{source}").text
        assert f'href="/console/conversations/{third}"' in gone
        assert 'name="into"' not in gone
    into = browser.get(f"/console/conversations/{third}/thread").text
    assert all(f'href="/console/conversations/{it}"' in into for it in (first, second))


def test_what_can_t_be_merged_is_said_kindly_and_changes_nothing(
    wallet: Wallet, person: Person, agent: Colleague, browser: FlaskClient
) -> None:
    here, over = case(person, "here"), case(person, "over")
    person.client.post(f"{CONVERSATIONS}/{over}/close")
    strangers = case(create_person(wallet), "a stranger's")
    told = "Only two different conversations of one customer can, while neither is over."
    for into, status, words in (
        (here, 409, told),
        (over, 409, told),
        (strangers, 409, told),
        ("cnv_none", 404, "Check the address or the id."),
        ("", 422, "This field is required."),
    ):
        answer = merge(browser, here, into, HX_Request="true", Accept_Language="en")
        assert (answer.status_code, words in answer.text) == (status, True)  # type: ignore[attr-defined]
    assert agent.client.get(f"{DESK}/{here}")["status"] == "new"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_an_agent_merges_goes_on_there_and_finds_the_way_back(
    desk: Desk, person: Person, tmp_path: Path
) -> None:
    page, asked = desk.page, list[str]()
    first, second = case(person, "128.50 is missing"), case(person, "The same again")

    def sure(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", sure)
    desk.open(f"/conversations/{second}")
    desk.picture(tmp_path, "merging")
    page.get_by_label("Merge into another of theirs…").select_option(first)
    page.get_by_role("button", name="Merge", exact=True).click()
    page.wait_for_url(f"**/conversations/{first}?told=done_merged")
    assert "can't be undone" in asked[0]
    page.get_by_text("Merged; it goes on here.").wait_for()
    desk.picture(tmp_path, "merged_here")
    page.get_by_role("link", name="The same again").click()
    page.wait_for_url(f"**/conversations/{second}")
    page.locator(".state").get_by_text("merged").wait_for()
    expect(page.get_by_label("Reply to the customer")).to_have_count(0)
    desk.picture(tmp_path, "merged")
    page.locator(".merged").get_by_role("link", name=first).click()
    page.wait_for_url(f"**/conversations/{first}")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_choice_that_ended_meanwhile_is_refused_in_chinese_beside_the_form(
    wallet: Wallet, chromium: Browser, site: str, person: Person, tmp_path: Path
) -> None:
    first, second = case(person, "扣款两次"), case(person, "还没到账")
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        desk.page.on("dialog", lambda dialog: dialog.accept())
        desk.open(f"/conversations/{second}")
        desk.page.get_by_label("合并到该客户的…").select_option(first)
        desk.picture(tmp_path, "merging_zh")
        person.client.post(f"{CONVERSATIONS}/{first}/close")
        desk.page.get_by_role("button", name="合并", exact=True).click()
        desk.see_refused("conversations_not_mergeable")
        desk.page.get_by_text("只能合并同一客户的两个未结束的不同会话。").wait_for()
        desk.picture(tmp_path, "merging_refused_zh")
        desk.check()
