"""Agents' accounts in a real browser: an admin makes one, who signs in with what was shown once."""

from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser

from app.auth.rules import Role
from app.factory import Wallet
from tests.console.conftest import Desk, a_desk

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def sign_in(desk: Desk, wallet: Wallet, email: str, password: str, secret: str) -> None:
    desk.page.fill("input[name=email]", email)
    desk.page.fill("input[name=password]", password)
    with wallet.database.snapshot() as tx:
        desk.page.fill("input[name=totp]", pyotp.TOTP(secret).at(tx.now))
    desk.page.click("button:not(.plain)")
    desk.page.wait_for_url(lambda url: "/sign-in" not in url)


def test_an_admin_makes_an_agent_who_signs_in_and_takes_another_password(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    with a_desk(wallet, chromium, site, Role.ADMIN, "en-GB") as desk:
        page = desk.page
        desk.open("/agents")
        form = page.locator("main > form").first
        form.locator("[name=email]").fill("mei.lin@example.com")
        form.locator("[name=display_name]").fill("Mei Lin")
        form.get_by_role("button", name="Create").click()
        once = page.locator(".told-once")
        secret = once.locator("[data-secret]").inner_text()
        password = once.locator("[data-password]").inner_text()
        assert once.locator(".codes li").count() == 10
        assert once.locator("svg").bounding_box() is not None
        desk.picture(tmp_path, "agents")

        form.get_by_role("button", name="Create").click()
        desk.see_refused("email_taken")
        assert form.locator("[name=email]").input_value() == "mei.lin@example.com"

        page.get_by_role("button", name="Sign out").click()
        sign_in(desk, wallet, "mei.lin@example.com", password, secret)
        desk.open("/me")
        page.fill("[name=current_password]", password)
        page.fill("[name=new_password]", "Quiet-river-27")
        page.fill("[name=new_password_confirmation]", "Quiet-river-27")
        page.get_by_role("button", name="Change password").click()
        page.get_by_text("Your password was changed.").wait_for()
        assert not page.get_by_role("link", name="Agents").is_visible()
        desk.check()


def test_an_agents_codes_are_reset_and_the_door_is_shut_and_opened(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    with (
        a_desk(wallet, chromium, site, Role.ADMIN, "zh-CN") as desk,
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as other,
    ):
        page, row = desk.page, f"#{other.agent.agent_id}"
        desk.open("/agents")
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator(row).get_by_role("button", name="重置动态验证码").click()
        secret = page.locator("[data-secret]").inner_text()
        assert secret != other.agent.totp_secret
        other.open("/calls")
        assert "/sign-in" in other.page.url
        page.locator(row).get_by_role("button", name="停用").click()
        page.locator(row).get_by_text("停用", exact=True).wait_for()
        desk.picture(tmp_path, "agents_zh")
        page.locator(row).get_by_role("button", name="启用").click()
        page.locator(row).get_by_role("button", name="停用").wait_for()
        page.locator(row).locator("select").select_option("supervisor")
        page.locator(row).get_by_role("button", name="保存").click()
        page.get_by_text("已保存坐席资料。").wait_for()
        sign_in(other, wallet, other.agent.email, other.agent.password, secret)
        assert other.page.get_by_role("link", name="审计").is_visible()
        desk.check()
        other.check()
