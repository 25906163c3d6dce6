"""The reports in a real browser: a chart, three tables, and another period."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.edges.results import Problem
from app.factory import Wallet
from tests.conftest import Clock, Outside
from tests.console.conftest import Desk, a_desk
from tests.factories.conversations import begin
from tests.factories.people import create_person

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def test_failures_promises_and_deflection_of_a_period(
    desk: Desk, wallet: Wallet, outside: Outside, clock: Clock, tmp_path: Path
) -> None:
    person, page = create_person(wallet, balance=5_000), desk.page
    outside.gateway.script.extend([Problem.CONNECTION_REFUSED, Problem.CONNECTION_REFUSED])
    failed = [person.pay(1_000)["id"] for _ in range(3)]
    person.pay(15_000)
    person.client.post("/v1/support/payment-diagnoses", {"payment_id": failed[0]})
    begin(person.client)
    desk.open("/reports?range=day")
    page.locator(".chart[data-drawn]").wait_for()
    expect(page.get_by_role("row", name="connection_refused")).to_contain_text("66.7 %")
    assert page.get_by_role("row", name="wallet_balance").is_visible()
    desk.picture(tmp_path, "reports")
    page.get_by_label("Movements").select_option("withdrawal")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Nothing failed in this time.").wait_for()
    page.locator(".chart[data-drawn]").wait_for()


def test_an_agent_reads_them_in_chinese_by_days(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        desk.open("/reports")
        desk.page.get_by_label("从").fill("2026-01-01")
        desk.page.get_by_label("到（含）").fill("2026-01-31")
        desk.page.get_by_role("button", name="查看").click()
        desk.page.locator(".chart[data-drawn='31']").wait_for()
        expect(desk.page.get_by_role("heading", name="自助解决")).to_be_visible()
        desk.picture(tmp_path, "reports_zh")
        desk.check()
