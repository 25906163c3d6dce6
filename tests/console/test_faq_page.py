"""The FAQ's editors in a real browser: what was asked in vain becomes an article that readers find."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Client
from tests.console.conftest import Desk, a_desk

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
FAQS = "/v1/support/faqs"


def test_what_was_asked_in_vain_is_written_translated_and_found(
    desk: Desk, client: Client, tmp_path: Path
) -> None:
    page = desk.page
    assert client.get(FAQS, q="zeppelin", locale="en")["data"] == []
    desk.open("/faq")
    desk.picture(tmp_path, "faq")
    page.get_by_role("link", name="Asked in vain").click()
    page.get_by_role("link", name="Write an article").click()
    assert page.get_by_label("Title (English)").input_value() == "zeppelin"
    page.get_by_label("Text (English)").fill("First paragraph.\n\nYou can't pay with a zeppelin.")
    page.locator("#preview .reader p").nth(1).wait_for()
    page.get_by_label("State").select_option("published")
    page.get_by_role("button", name="Save the article").click()
    desk.see_refused("validation_failed")
    page.get_by_label("Title (Chinese)").fill("飞艇付款")
    page.get_by_label("Text (Chinese)").fill("不能用飞艇付款。")
    page.get_by_role("button", name="Save the article").click()
    page.get_by_text("The article was saved.").wait_for()
    assert len(client.get(FAQS, q="zeppelin", locale="en")["data"]) == 1

    page.get_by_label("Text (English)").fill("You can pay with a zeppelin now.")
    page.get_by_role("button", name="Save this version").click()
    page.locator("section[lang=zh-CN] .tag", has_text="stale").wait_for()
    page.locator("[name=fits_zh]").check()
    page.get_by_role("button", name="Save this version").click()
    expect(page.locator("section[lang=zh-CN] .tag")).to_have_count(0)
    page.get_by_text("Versions (3)").click()
    page.get_by_text("Version 1 ·").click()
    desk.picture(tmp_path, "article")
    page.locator("details details[open]").get_by_role("link", name="Put into the form").click()
    assert "can't pay" in page.get_by_label("Text (English)").input_value()

    desk.open("/faq/queries")
    page.get_by_role("button", name="Done").click()
    page.get_by_text("Marked as done.").wait_for()
    assert page.locator("[data-row]").count() == 0
    desk.open("/faq")
    page.get_by_label("Try a search").fill("zepp")
    page.locator("#suggestions").get_by_text("zeppelin").wait_for()


def test_two_editors_of_one_article_and_synonyms_in_chinese(
    wallet: Wallet, chromium: Browser, site: str, client: Client, tmp_path: Path
) -> None:
    with (
        a_desk(wallet, chromium, site, Role.SUPERVISOR, "zh-CN") as desk,
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as reader,
    ):
        desk.open("/faq")
        desk.page.locator("[data-row] a").first.click()
        reader.page.goto(desk.page.url)
        assert reader.page.get_by_role("button", name="保存新版本").count() == 0
        desk.page.evaluate("document.querySelector('[name=version]').value = '7'")
        desk.page.get_by_role("button", name="保存新版本").click()
        desk.see_refused("faq_changed")

        desk.open("/faq/synonyms")
        words = desk.page.locator("[name=synonyms]")
        words.fill(words.input_value() + "飞艇 支付失败\n")
        desk.page.get_by_role("button", name="保存").click()
        desk.page.get_by_text("同义词已保存。").wait_for()
        assert client.get(FAQS, q="飞艇", locale="zh-CN")["data"] != []
        desk.picture(tmp_path, "synonyms_zh")
        desk.check()
        reader.check()
