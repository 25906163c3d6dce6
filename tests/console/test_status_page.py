"""The service's state in a real browser: what the machine drafted becomes a public incident, and ends."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.edges.results import Problem
from app.factory import Wallet
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.console.conftest import Desk, a_desk
from tests.factories.people import create_person

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def break_the_gateway(wallet: Wallet, outside: Outside, clock: Clock) -> None:
    person = create_person(wallet)
    person.pay(100)
    outside.gateway.script.extend([Problem.CONNECTION_REFUSED] * 9)
    for _ in range(9):
        person.pay(100)
    clock.advance(seconds=3)


def test_a_draft_of_the_machine_is_edited_published_told_of_and_resolved(
    desk: Desk, wallet: Wallet, outside: Outside, clock: Clock, client: Client, tmp_path: Path
) -> None:
    break_the_gateway(wallet, outside, clock)
    break_the_gateway(wallet, outside, clock)  # for another person
    page = desk.page
    page.on("dialog", lambda dialog: dialog.accept())
    desk.open("/status?range=hour")
    page.locator(".chart[data-drawn]").wait_for()
    page.get_by_text("drafted by the machine").wait_for()
    expect(page.locator("h1")).to_contain_text("major outage")
    desk.picture(tmp_path, "status")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    affected = page.locator("dt", has_text="Users hit").locator("xpath=following-sibling::dd[1]")
    expect(affected).to_have_text("2")
    page.get_by_label("Title (English)").fill("Payments fail at times")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The incident was corrected.").wait_for()
    assert client.get("/v1/system-status")["incidents"] == []
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("The incident is public now.").wait_for()
    (shown,) = client.get("/v1/system-status")["incidents"]
    assert shown["title"] == "Payments fail at times"

    said = page.get_by_role("form", name="Say something new")
    said.get_by_label("Text (Chinese)").fill("已恢复。")
    said.get_by_label("Text (English)").fill("All is well again.")
    said.get_by_label("Progress").select_option("resolved")
    said.get_by_role("button", name="Add the update").click()
    page.get_by_text("The update was added.").wait_for()
    assert page.locator(".said").get_by_text("All is well again.").is_visible()
    assert said.get_by_label("Text (English)").input_value() == ""
    desk.picture(tmp_path, "incident")
    (shown,) = client.get("/v1/system-status")["incidents"]
    assert (shown["status"], shown["updates"][0]["text"]) == ("resolved", "All is well again.")


def test_planned_work_is_written_and_an_app_version_published(
    wallet: Wallet, chromium: Browser, site: str, client: Client, tmp_path: Path
) -> None:
    with a_desk(wallet, chromium, site, Role.SUPERVISOR, "zh-CN") as desk:
        page = desk.page
        page.on("dialog", lambda dialog: dialog.accept())
        desk.open("/status")
        page.get_by_text("新建事件或计划维护").click()
        form = page.locator("form", has=page.locator("[name=on_sms]"))
        for name, text in (("title_zh", "短信维护"), ("title_en", "Text messages: maintenance")):
            form.locator(f"[name={name}]").fill(text)
        form.locator("[name=text_zh]").fill("今晚维护。")
        form.locator("[name=text_en]").fill("Tonight.")
        form.locator("[name=on_sms]").check()
        form.locator("[name=impact]").select_option("maintenance")
        form.locator("[name=publish]").check()
        form.locator("[name=ends_at]").fill("2020-01-01T10:00")
        form.get_by_role("button", name="保存").click()
        desk.see_refused("validation_failed")
        form.locator("[name=ends_at]").fill("2098-01-01T10:00")
        form.get_by_role("button", name="保存").click()
        page.get_by_text("事件已创建。").wait_for()
        (shown,) = client.get("/v1/system-status")["incidents"]
        assert (shown["impact"], shown["components"]) == ("maintenance", ["sms"])

        desk.open("/status")
        android = page.locator("form[action$=android]")
        android.locator("[name=latest]").fill("9.9.0")
        android.get_by_role("button", name="发布版本").click()
        page.get_by_text("版本已发布。").wait_for()
        desk.picture(tmp_path, "status_zh")
        asked = client.get("/v1/app-version", platform="android", version="9.8.0")
        assert (asked["latest"], asked["update"]) == ("9.9.0", "recommended")
        desk.check()


def test_an_agent_reads_and_writes_nothing(wallet: Wallet, chromium: Browser, site: str) -> None:
    with a_desk(wallet, chromium, site, Role.AGENT, "en-GB") as desk:
        desk.open("/status?range=week")
        desk.page.locator(".chart[data-drawn]").wait_for()
        assert not desk.page.get_by_text("New incident").is_visible()
        assert not desk.page.get_by_role("button", name="Publish").is_visible()
        desk.check()
