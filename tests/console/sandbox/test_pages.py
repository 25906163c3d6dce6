"""The sandbox in a real browser: codes arrive, time is moved, faults are set, all is emptied."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.doors import Doors

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
PHONE = "+8613812345678"


def open_page(chromium: Browser, url: str, locale: str) -> tuple[Page, list[str]]:
    context = chromium.new_context(locale=locale, viewport={"width": 1360, "height": 850})
    context.set_default_timeout(15_000)
    page, problems = context.new_page(), list[str]()
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{url}/sandbox")
    return page, problems


def test_a_day_in_the_sandbox(
    live: Doors, chromium: Browser, sandbox_site: str, tmp_path: Path
) -> None:
    page, problems = open_page(chromium, sandbox_site, "en-GB")
    live.client.post("/v1/auth/verifications", {"purpose": "register", "identifier": PHONE})
    live.advance(1)
    code = page.locator(".message code.code").first
    code.wait_for()
    assert code.inner_text() == live.listing("/messages")[0]["code"]

    page.get_by_label("Balance (yuan)").fill("128.50")
    page.get_by_label("with a bank card").check()
    page.get_by_role("button", name="Make a user").click()
    user_id = page.locator("[data-user]").inner_text()
    page.get_by_role("button", name="Make an agent").click()
    page.get_by_role("link", name="Open the agents' console").wait_for()
    page.get_by_role("button", name="Next code").click()
    assert len(page.locator("#code code").inner_text()) == 6

    page.get_by_label("Kind").select_option("declined")
    page.get_by_label("Operation").select_option("charge")
    page.get_by_label("Times").fill("2")
    page.get_by_text("Only for").click()
    page.get_by_label("User", exact=True).fill(user_id)
    page.get_by_role("button", name="Add the fault").click()
    page.get_by_text("The fault was added.").wait_for()
    (fault,) = live.listing("/faults")
    assert (fault["kind"], fault["times"], fault["match"]["user_id"]) == ("declined", 2, user_id)

    before = page.locator("#now strong").inner_text()
    page.get_by_role("button", name="+1 h").click()
    expect(page.locator("#now")).to_contain_text("ahead of real time")
    expect(page.locator("#now strong")).not_to_have_text(before)
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("Everything holds").wait_for()
    page.screenshot(path=str(tmp_path / "sandbox.png"), full_page=True)

    page.get_by_label("Times").fill("many")
    page.get_by_role("button", name="Add the fault").click()
    page.locator("[data-code=validation_failed]").wait_for()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("Deleted.").wait_for()
    page.get_by_role("button", name="Reset").click()
    page.get_by_text("The sandbox was reset.").wait_for()
    assert live.get("/clock")["offset_seconds"] == 0
    page.context.close()
    assert [it for it in problems if "422" not in it] == []


def test_the_page_speaks_chinese_and_shows_what_the_bank_has_posted(
    live: Doors, chromium: Browser, sandbox_site: str, tmp_path: Path
) -> None:
    number = "6222021234567890128"
    user = live.user(balance=5_000)
    card = {"card_number": number, "holder_name": "张三丰", "phone": PHONE}
    bound = user.client.post("/v1/bank-cards", card | {"transaction_password": "246810"})
    assert bound.status == 201, bound.body
    page, problems = open_page(chromium, sandbox_site, "zh-CN")
    page.get_by_role("button", name="+1 min").click()
    page.locator("#ran h3, #ran p").first.wait_for()
    page.get_by_label("卡号", exact=True).fill(number)
    page.get_by_role("button", name="查看").click()
    page.locator("#statement td.number").first.wait_for()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Sandbox console").wait_for()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="沙盒控制台").wait_for()
    page.screenshot(path=str(tmp_path / "sandbox_zh.png"), full_page=True)
    page.context.close()
    assert problems == []
