"""The reports in a real browser: a chart, three tables, and another period."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.auth.rules import Role
from app.edges.results import Problem
from app.factory import Wallet
from tests.conftest import Clock, Outside
from tests.console.conftest import Desk, a_desk
from tests.console.test_frame import sign_in
from tests.factories.conversations import begin
from tests.factories.people import create_person
from tests.factories.staff import create_agent

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
    for report in ("failures", "sla", "deflection"):
        with page.expect_download() as saved:
            page.locator(f'a[href*="/reports/{report}.csv"]').click()
        assert saved.value.suggested_filename.startswith(f"{report}-20")
        head = saved.value.path().read_text().partition("\n")[0]
        assert head.startswith("from,to,")
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
        with desk.page.expect_download() as saved:
            desk.page.get_by_role("link", name="失败原因: 下载 CSV").click()
        assert saved.value.suggested_filename == "failures-2026-01-01-2026-01-31.csv"
        days = saved.value.path().read_text().count(",span,")
        assert days == 31  # the days that the page shows
        desk.picture(tmp_path, "reports_zh")
        desk.check()


def test_there_is_no_file_of_another_report(wallet: Wallet) -> None:
    browser = wallet.app.test_client()
    assert browser.get("/console/reports/failures.csv").status_code == 303  # to sign in
    sign_in(browser, wallet, create_agent(wallet))
    assert browser.get("/console/reports/everything.csv").status_code == 404
    answer = browser.get("/console/reports/sla.csv?range=month")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert browser.get("/console/reports/sla.csv?from=2026-13-01").status_code == 422
