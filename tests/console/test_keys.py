"""The keyboard on every page, and the heartbeat of any open page, in a real browser."""

import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from app.auth.models import AgentSession
from app.auth.rules import Role
from app.core.clock import machine_now
from app.factory import Wallet
from app.support.conversations.models import AgentPresence
from app.support.conversations.presence import presences
from tests.conftest import Clock
from tests.console.conftest import Desk, a_desk
from tests.factories.conversations import begin
from tests.factories.people import create_person

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

EVERY_PAGE = ("queue", "customers", "diagnosis", "calls", "approvals", "status", "faq", "reports")


def falls_silent(wallet: Wallet, desk: Desk) -> None:
    """46 s go by on the machine's clock without a heartbeat."""
    with wallet.database.transaction() as tx:
        mine = sa.update(AgentPresence).where(AgentPresence.agent_id == desk.agent.agent_id)
        tx.execute(mine.values(seen_at=machine_now() - timedelta(seconds=46)))


def is_there(wallet: Wallet, desk: Desk) -> bool:
    with wallet.database.snapshot() as tx:
        return desk.agent.agent_id in presences(tx)


def comes_back(wallet: Wallet, desk: Desk, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_there(wallet, desk):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("path", ["diagnosis", "customers", "reports"])
def test_presence_lasts_while_any_page_is_open(
    wallet: Wallet, chromium: Browser, site: str, monkeypatch: Any, path: str
) -> None:
    monkeypatch.setattr("app.console.web.HEARTBEAT_SECONDS", 0.2)
    with a_desk(wallet, chromium, site, Role.AGENT, "en-GB") as desk:
        desk.open("/queue")
        desk.page.get_by_role("button", name="online", exact=True).click()
        desk.page.locator("[aria-pressed=true]").get_by_text("online").wait_for()
        desk.open(f"/{path}")
        falls_silent(wallet, desk)
        assert comes_back(wallet, desk, 5)
        desk.page.goto("about:blank")
        desk.page.wait_for_timeout(500)  # what was on its way
        falls_silent(wallet, desk)
        assert not comes_back(wallet, desk, 1)
        desk.check()


def test_a_heartbeat_makes_nobody_present_and_keeps_no_session_alive(
    wallet: Wallet, chromium: Browser, site: str, monkeypatch: Any, clock: Clock
) -> None:
    monkeypatch.setattr("app.console.web.HEARTBEAT_SECONDS", 0.2)
    with a_desk(wallet, chromium, site, Role.AGENT, "en-GB") as desk:
        page = desk.page
        with page.expect_request("**/heartbeat"):
            desk.open("/diagnosis")
        assert not comes_back(wallet, desk, 0.5)
        clock.jump_to(clock.now() + timedelta(minutes=10))
        seen = last_seen(wallet, desk)
        for _ in range(2):  # the first may have been on its way
            with page.expect_response("**/heartbeat") as beat:
                pass
            assert beat.value.status == 204
        assert last_seen(wallet, desk) == seen
        clock.jump_to(clock.now() + timedelta(minutes=6))
        with page.expect_response(lambda it: "heartbeat" in it.url and it.status == 303):
            pass  # to the sign-in
        desk.open("/diagnosis")
        assert "/sign-in" in page.url


def last_seen(wallet: Wallet, desk: Desk) -> object:
    with wallet.database.snapshot() as tx:
        mine = AgentSession.agent_id == desk.agent.agent_id
        return tx.scalar(sa.select(sa.func.max(AgentSession.last_seen_at)).where(mine))


def test_ctrl_k_searches_everywhere_and_the_slash_filters_the_page(
    desk: Desk, wallet: Wallet
) -> None:
    case, page = begin(create_person(wallet).client, channel="ticket")["id"], desk.page
    for path in (*EVERY_PAGE, "audit", "me", f"conversations/{case}"):
        desk.open(f"/{path}")
        page.keyboard.press("Control+k")
        expect(page.locator("header [name=told]")).to_be_focused()
    desk.open("/approvals")
    page.keyboard.press("Control+k")
    page.keyboard.type(case)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/conversations/{case}")
    for path in ("calls", "audit", "faq"):
        desk.open(f"/{path}")
        page.keyboard.press("/")
        expect(page.locator("main [data-filter]")).to_be_focused()


def test_a_chosen_row_is_opened_answered_and_the_keys_are_shown_by_keyboard(
    desk: Desk, wallet: Wallet
) -> None:
    case, page = begin(create_person(wallet).client, channel="ticket")["id"], desk.page
    desk.open("/queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/conversations/{case}")
    page.keyboard.press("r")
    field = page.get_by_label("Reply to the customer")
    expect(field).to_be_focused()
    page.keyboard.type("what do you mean? r j /")  # in a field keys are letters
    expect(field).to_have_value("what do you mean? r j /")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    page.keyboard.press("?")
    page.wait_for_url("**/console/")
    for key in ("j", "k", "c", "r", "Enter", "Ctrl-K", "/", "?"):
        expect(page.locator("kbd").get_by_text(key, exact=True)).to_be_visible()
