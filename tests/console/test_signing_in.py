"""Signing in to the console, in a real browser."""

import pytest
from playwright.sync_api import Browser

from app.auth.rules import Role
from app.factory import Wallet
from tests.console.conftest import Desk, a_desk

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""What differs between the engines is tried below the browser."""


def test_an_agent_signs_in_with_password_and_code_and_signs_out(desk: Desk) -> None:
    assert desk.page.get_by_role("navigation").get_by_text("Audit").is_visible()
    desk.page.get_by_role("button", name="Sign out").click()
    desk.page.wait_for_url("**/sign-in")
    desk.open("/audit")
    assert "/sign-in?next=%2Faudit" in desk.page.url


def test_a_wrong_code_shows_the_reason_and_keeps_the_address(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Sign out").click()
    desk.page.fill("input[name=email]", desk.agent.email)
    desk.page.fill("input[name=password]", desk.agent.password)
    desk.page.fill("input[name=totp]", "000000")
    desk.page.click("button:not(.plain)")
    assert desk.page.get_by_role("alert").is_visible()
    assert desk.page.input_value("input[name=email]") == desk.agent.email
    assert desk.page.input_value("input[name=password]") == ""
    desk.problems.clear()  # the browser names the 401 itself


def test_the_console_speaks_the_browsers_language_and_the_other_on_request(
    wallet: Wallet, chromium: Browser, site: str
) -> None:
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        assert desk.page.get_by_role("navigation").get_by_role("link", name="队列").is_visible()
        assert not desk.page.get_by_role("link", name="审计").is_visible()
        desk.page.get_by_role("button", name="English").click()
        assert desk.page.get_by_role("navigation").get_by_role("link", name="Queue").is_visible()
