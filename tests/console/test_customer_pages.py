"""Customers in a real browser: found by what they tell, looked at for a reason, uncovered for a minute."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.console.views.customers import key_of
from app.factory import Wallet
from app.support.customers.rules import LookupKey
from tests.console.conftest import Desk, a_desk
from tests.factories.calls import phone_of
from tests.factories.people import create_person

in_the_browser = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
WHY = "the customer asked about a payment"


@in_the_browser
def test_a_customer_is_found_read_and_uncovered_for_a_minute(
    desk: Desk, wallet: Wallet, tmp_path: Path
) -> None:
    person, page = create_person(wallet, card=True), desk.page
    phone = phone_of(wallet, person)
    assert person.pay(12_850).status == 201
    page.clock.install()
    desk.open("/customers")
    page.get_by_label("What the customer told").fill("+8613900000000")
    page.get_by_label("Why you look").fill(WHY)
    page.get_by_role("button", name="Find", exact=True).click()
    page.locator("[data-nobody]").wait_for()
    page.get_by_label("What the customer told").fill(phone)
    page.get_by_role("button", name="Find", exact=True).click()
    page.wait_for_url(f"**/customers/{person.user_id}")
    assert phone not in page.content()
    assert page.get_by_text(WHY).first.is_visible()
    page.locator(".timeline").get_by_text("¥128.50").first.wait_for()
    desk.picture(tmp_path, "customer")

    page.locator(".chips").get_by_text("Cards", exact=True).click()
    kinds = page.locator(".timeline .kind").all_inner_texts()
    assert kinds
    assert set(kinds) == {"Cards"}
    page.locator(".chips").get_by_text("Payments", exact=True).click()
    assert set(page.locator(".timeline .kind").all_inner_texts()) == {"Cards", "Payments"}
    for show, seen in (("Payments", "¥128.50"), ("Cards", "active"), ("Sign-ins", "signed in")):
        page.locator(".tabs").get_by_text(show, exact=True).click()
        page.locator("main table").get_by_text(seen).first.wait_for()
    desk.picture(tmp_path, "customer_sessions")

    page.get_by_text("Uncover a field").click()
    page.get_by_role("button", name="Show for 60 s").click()
    page.locator(".revealed").get_by_text(phone).wait_for()
    desk.picture(tmp_path, "revealed")
    page.clock.fast_forward("01:01")
    expect(page.locator(".revealed")).to_have_text("Hidden again.")
    log = person.client.get("/v1/support/access-log").body["data"]
    assert {(it["action"], it["reason"]) for it in log} >= {
        (action, WHY) for action in ("look_up_customer", "read_customer", "reveal_field")
    }


@in_the_browser
def test_a_page_of_a_customer_asks_first_why(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    person = create_person(wallet)
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        desk.open(f"/customers/{person.user_id}")
        desk.page.get_by_label("查看原因").fill("客户来电咨询一笔付款的结果")
        desk.page.get_by_role("button", name="打开").click()
        desk.page.locator(".timeline").wait_for()
        assert not desk.page.get_by_text("查看完整资料").is_visible()
        desk.picture(tmp_path, "customer_zh")
        desk.open(f"/customers/{person.user_id}?show=payments")
        desk.page.locator("main table").wait_for()
        desk.check()


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("usr_01h", LookupKey.USER_ID),
        ("pay_01h", LookupKey.PAYMENT_ID),
        ("att_01h", LookupKey.PAYMENT_ID),
        ("a@b.cn", LookupKey.EMAIL),
        ("0128", LookupKey.CARD_LAST4),
        ("123456", LookupKey.CALL_CODE),
        ("13800138000", LookupKey.PHONE),
        ("+86 138 0013 8000", LookupKey.PHONE),
        ("", LookupKey.PHONE),
    ],
)
def test_what_was_told_is_known_by_its_looks(told: str, key: LookupKey) -> None:
    assert key_of(told) is key
