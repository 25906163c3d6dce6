"""The hotline in a real browser: who seems to call, the code that proves it, notes, the end."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.factory import Wallet
from tests.console.conftest import Desk, a_desk
from tests.factories.calls import WRONG, a_code, phone_of
from tests.factories.people import create_person

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def test_a_callers_number_is_a_claim_until_the_code_is_checked(
    desk: Desk, wallet: Wallet, tmp_path: Path
) -> None:
    person, page = create_person(wallet), desk.page
    case = {"channel": "ticket", "message": "Paid twice?", "subject": "Coffee"}
    assert person.client.post("/v1/support/conversations", case).status == 201
    desk.open("/calls")
    page.get_by_label("Number").fill(phone_of(wallet, person))
    page.get_by_role("button", name="Begin").click()
    page.locator(".call-bar").get_by_text("L1 unverified").wait_for()
    assert page.get_by_role("link", name=person.user_id).is_visible()
    assert page.locator(".cases").get_by_role("link", name="Coffee").is_visible()
    desk.picture(tmp_path, "call_claim")

    page.get_by_label("Call code").fill(WRONG)
    page.get_by_role("button", name="Check").click()
    desk.see_refused("call_code_incorrect")
    page.get_by_label("Notes").fill("Paid twice for a coffee, second one at 15:20")
    page.get_by_label("Call code").fill(a_code(person.client))
    page.get_by_role("button", name="Check").click()
    page.locator(".call-bar").get_by_text("L4 verified").wait_for()
    expect(page.get_by_label("Notes")).to_have_value(re.compile("Paid twice"))
    page.get_by_label("Notes").focus()
    page.keyboard.press("Control+Enter")
    page.get_by_text("The notes were saved.").wait_for()
    before = page.locator("[data-since]").inner_text()
    expect(page.locator("[data-since]")).not_to_have_text(before)
    page.get_by_role("button", name="End the call").click()
    page.get_by_text("The call has ended.").wait_for()
    assert page.get_by_label("Notes").input_value().startswith("Paid twice")
    assert not page.get_by_label("Call code").is_visible()
    desk.open("/calls?mine=1&status=ended")
    assert page.locator("[data-row]").count() == 1
    desk.picture(tmp_path, "calls")


def test_a_call_stands_in_the_queue_and_is_put_where_it_belongs(
    desk: Desk, wallet: Wallet, tmp_path: Path
) -> None:
    person, page = create_person(wallet), desk.page
    case = {"channel": "ticket", "message": "Paid twice?", "subject": "Coffee"}
    assert person.client.post("/v1/support/conversations", case).status == 201
    desk.open("/calls")
    page.get_by_label("Number").fill(phone_of(wallet, person))
    page.get_by_role("button", name="Begin").click()
    page.locator(".call-bar").wait_for()
    call = page.url
    page.get_by_label("The caller knew").select_option("recent_payment")
    page.get_by_role("button", name="Note", exact=True).click()
    page.locator(".call-bar").get_by_text("L2 unverified").wait_for()

    desk.open("/queue")
    row = page.locator("tr[data-row]", has_text="Hotline")
    assert row.get_by_role("link", name="on the phone").is_visible()
    assert row.locator(".clock").count() == 1, "nobody waits for a first answer"
    desk.picture(tmp_path, "queue_with_a_call")
    row.get_by_role("link", name="on the phone").click()
    assert page.url == call

    page.locator(".cases").get_by_role("button", name="The call is about this").click()
    page.locator(".call-bar").get_by_role("link", name="Coffee").wait_for()
    assert page.locator(".cases").count() == 0
    page.get_by_label("Notes").fill("Wants one of the two back")
    page.get_by_role("button", name="End and resolve").click()
    page.get_by_text("The call has ended; its case is resolved.").wait_for()
    page.locator(".call-bar").get_by_role("link", name="Coffee").click()
    page.locator(".calls").get_by_text("Wants one of the two back").wait_for()
    assert page.locator(".state").get_by_text("resolved").is_visible()
    desk.picture(tmp_path, "case_with_a_call")


def test_a_withheld_number_is_nobodys_and_a_colleague_takes_over(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    with (
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk,
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as other,
    ):
        desk.open("/calls")
        desk.page.get_by_role("button", name="开始通话").click()
        desk.page.locator(".call-bar").get_by_text("未识别").wait_for()
        desk.page.locator("[name=agent_id]").select_option(other.agent.agent_id)
        desk.page.get_by_role("button", name="转给同事").click()
        desk.page.get_by_text("通话已更新。").wait_for()
        desk.picture(tmp_path, "call_zh")
        other.open("/calls?mine=1")
        other.page.keyboard.press("j")
        other.page.keyboard.press("Enter")
        other.page.get_by_label("通话记录").wait_for()
        desk.check()
        other.check()
