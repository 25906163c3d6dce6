"""Asking for an action in a real browser: the entries are shown before anything is asked, and it is asked once."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.factory import Wallet
from tests.console.conftest import Desk, a_desk
from tests.factories.actions import REQUESTS
from tests.factories.people import create_person

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
WHY = "the customer asked about a payment"


def test_a_refund_is_tried_dry_asked_for_once_and_waits(
    desk: Desk, wallet: Wallet, tmp_path: Path
) -> None:
    person, page = create_person(wallet), desk.page
    payment_id = person.pay(12_850)["id"]
    desk.open(f"/customers/{person.user_id}?show=payments")
    page.get_by_label("Why you look").fill(WHY)
    page.get_by_role("button", name="Open").click()
    page.locator(".timeline").wait_for()
    desk.open(f"/customers/{person.user_id}?show=payments")
    page.locator("main table").get_by_role("link", name="Ask for an action").click()
    assert page.get_by_label("Payment").input_value() == payment_id
    page.get_by_label("Action").select_option("refund")
    page.get_by_label("Amount").fill("28.50")
    page.get_by_label("Reason").fill("The second coffee never came")
    page.get_by_role("button", name="Dry run").click()
    page.locator(".entries").wait_for()
    amounts = page.locator(".entries .number").all_inner_texts()[1:]
    assert sorted(amounts) == ["-CN¥28.50", "CN¥28.50"]
    page.get_by_text("you vouch for it").wait_for()
    desk.picture(tmp_path, "dry_run")
    assert desk.agent.client.get(REQUESTS).body["data"] == []

    form = page.locator(".preview form")
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    page.get_by_role("button", name="Ask for approval").click()
    page.get_by_text("Asked; a colleague has to approve it.").wait_for()
    again = page.request.post(
        f"{desk.site}/console/customers/{person.user_id}/actions", form=sent, max_redirects=0
    )
    assert again.status == 303
    (request,) = desk.agent.client.get(REQUESTS).body["data"]
    assert (request["status"], request["amount"]) == ("pending_approval", 2850)
    changed = page.request.post(
        f"{desk.site}/console/customers/{person.user_id}/actions", form=sent | {"amount": "1"}
    )
    assert changed.status == 422


def test_what_protects_runs_at_once_and_money_wants_a_verified_caller(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    person = create_person(wallet)
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        page, here = desk.page, f"/customers/{person.user_id}"
        desk.open(here)
        page.get_by_label("查看原因").fill("客户来电说手机丢失，要求冻结")
        page.get_by_role("button", name="打开").click()
        page.get_by_role("button", name="申请操作").click()
        page.get_by_label("操作").select_option("goodwill_credit")
        page.get_by_label("金额").fill("10")
        page.get_by_label("申请原因").fill("补偿客户")
        page.get_by_role("button", name="试运行").click()
        desk.see_refused("verification_level_required")
        page.get_by_label("操作").select_option("freeze")
        page.get_by_label("金额").fill("")
        page.get_by_role("button", name="试运行").click()
        page.get_by_text("不产生分录。").wait_for()
        desk.picture(tmp_path, "freeze_zh")
        page.get_by_role("button", name="立即执行").click()
        page.get_by_text("操作已执行。").wait_for()
        expect(page.locator("aside .tag").first).to_have_text("已冻结")
        desk.check()
