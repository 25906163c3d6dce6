"""Beside presence: in which languages an agent chats, and how many chats at once."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.factory import Wallet
from app.support.conversations.models import AgentPresence
from app.support.conversations.operations.tend_queue import tend_queue
from app.support.conversations.presence import chats_taken
from tests.conftest import Clock
from tests.console.conftest import Desk, a_desk
from tests.console.test_frame import csrf_of, sign_in
from tests.factories.conversations import DESK, begin, to_local
from tests.factories.people import create_person
from tests.factories.staff import Colleague, create_agent

PRESENCE = "/internal/v1/me/presence"


@pytest.fixture(autouse=True)
def by_day(clock: Clock) -> None:
    """Or the chats of a test that runs at night would be tickets."""
    to_local(clock, 12)


@pytest.fixture
def agent(wallet: Wallet, by_day: None) -> Colleague:
    return create_agent(wallet, Role.SUPERVISOR)


@pytest.fixture
def browser(wallet: Wallet, agent: Colleague) -> FlaskClient:
    signed_in = wallet.app.test_client()
    assert sign_in(signed_in, wallet, agent).status_code == 303
    return signed_in


def post(browser: FlaskClient, path: str, **form: str) -> int:
    form |= {"csrf": csrf_of(browser)}
    return browser.post(f"/console{path}", data=form).status_code


def taken(wallet: Wallet, agent: Colleague) -> tuple[list[str], int]:
    with wallet.database.snapshot() as tx:
        found = chats_taken(tx, agent.agent_id)
    return list(found.languages), found.capacity


def status_of(wallet: Wallet, agent: Colleague) -> str:
    with wallet.database.snapshot() as tx:
        return tx.get_one(AgentPresence, agent.agent_id).status


def assignee(agent: Colleague, conversation_id: str) -> object:
    return agent.client.get(f"{DESK}/{conversation_id}")["assigned_to"]


def test_the_buttons_of_presence_leave_languages_and_capacity_as_they_are(
    wallet: Wallet, agent: Colleague, browser: FlaskClient
) -> None:
    assert taken(wallet, agent) == (["zh-CN", "en"], 5)
    agent.client.put(PRESENCE, {"status": "online", "languages": ["en"], "capacity": 2})
    for status in ("away", "offline", "online"):
        assert post(browser, "/presence", status=status) == 303
        assert taken(wallet, agent) == (["en"], 2)
        assert status_of(wallet, agent) == status


def test_what_is_taken_is_saved_and_presence_stays_as_it_is(
    wallet: Wallet, agent: Colleague, browser: FlaskClient
) -> None:
    assert post(browser, "/presence/chats", speaks_en="yes", capacity="0") == 303
    assert (taken(wallet, agent), status_of(wallet, agent)) == ((["en"], 0), "offline")
    post(browser, "/presence", status="away")
    assert post(browser, "/presence/chats", **{"speaks_zh-CN": "yes", "capacity": "50"}) == 303
    assert (taken(wallet, agent), status_of(wallet, agent)) == ((["zh-CN"], 50), "away")
    page = browser.get("/console/queue").text
    assert 'name="speaks_zh-CN" value="yes" checked' in page
    assert 'name="speaks_en" value="yes" checked' not in page


@pytest.mark.parametrize(
    "form",
    [
        {"capacity": "5"},
        {"speaks_en": "yes"},
        {"speaks_en": "yes", "capacity": ""},
        {"speaks_en": "yes", "capacity": "51"},
        {"speaks_en": "yes", "capacity": "-1"},
        {"speaks_en": "yes", "capacity": "1.5"},
        {"speaks_en": "yes", "capacity": "٥"},
        {"speaks_fr": "yes", "capacity": "5"},
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_nobody_can_take_is_refused_and_changes_nothing(
    wallet: Wallet, agent: Colleague, browser: FlaskClient, form: dict[str, str]
) -> None:
    assert post(browser, "/presence/chats", **form) == 422
    assert taken(wallet, agent) == (["zh-CN", "en"], 5)


def test_who_takes_more_is_given_a_waiting_chat_at_once(
    wallet: Wallet, agent: Colleague, browser: FlaskClient
) -> None:
    post(browser, "/presence/chats", speaks_en="yes", capacity="0")
    post(browser, "/presence", status="online")
    waiting = begin(create_person(wallet).client)["id"]
    assert assignee(agent, waiting) is None
    post(browser, "/presence/chats", speaks_en="yes", capacity="1")
    assert assignee(agent, waiting) == agent.agent_id
    post(browser, "/presence/chats", speaks_en="yes", capacity="0")
    assert assignee(agent, waiting) == agent.agent_id  # in the middle of it


def test_who_only_said_what_they_take_keeps_what_they_claimed(
    wallet: Wallet, agent: Colleague, browser: FlaskClient
) -> None:
    claimed = begin(create_person(wallet).client)["id"]
    agent.client.post(f"{DESK}/{claimed}/claim")
    post(browser, "/presence/chats", speaks_en="yes", capacity="3")
    tend_queue(wallet.support)
    assert assignee(agent, claimed) == agent.agent_id


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_an_agent_sets_them_in_the_browser(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    desk.open("/queue")
    page.get_by_role("button", name="away", exact=True).click()
    page.locator("[aria-pressed=true]").get_by_text("away").wait_for()
    page.get_by_text("Chats: zh / en · 5").click()
    page.get_by_label("Chinese").uncheck()
    page.get_by_label("Chats at once").fill("12")
    desk.picture(tmp_path, "chats_taken")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved which chats you take.").wait_for()
    page.get_by_text("Chats: en · 12").wait_for()
    expect(page.locator("[aria-pressed=true]")).to_have_text("away")
    page.get_by_role("button", name="online", exact=True).click()
    page.locator("[aria-pressed=true]").get_by_text("online").wait_for()
    page.get_by_text("Chats: en · 12").wait_for()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_no_language_at_all_is_refused_in_chinese(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        desk.open("/queue")
        desk.page.get_by_text("接待 中文 / 英文 · 5").click()
        desk.page.get_by_label("中文").uncheck()
        desk.page.get_by_label("英文").uncheck()
        desk.page.get_by_role("button", name="保存").click()
        desk.see_refused("validation_failed")
        desk.page.get_by_text("此项必填。").wait_for()
        desk.picture(tmp_path, "chats_taken_zh")
        desk.check()
