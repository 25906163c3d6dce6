"""What waits for a second person, in a real browser: asked by one, approved by another."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.auth.rules import Role
from app.factory import Wallet
from tests.console.conftest import Desk, a_desk
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def ask(asker: Colleague, person: Person, **body: object) -> str:
    wanted = {"user_id": person.user_id, "reason": "Charged twice at the till"} | body
    answer = asker.client.with_headers(Idempotency_Key=f"k-{body}"[:60].replace(" ", "")).post(
        "/internal/v1/action-requests", wanted
    )
    assert answer.status == 201, answer.body
    return str(answer["id"])


def test_a_refund_is_approved_and_a_credit_rejected_by_a_second_person(
    desk: Desk, wallet: Wallet, tmp_path: Path
) -> None:
    person, asker, page = create_person(wallet), create_agent(wallet, Role.SUPERVISOR), desk.page
    paid = person.pay(12_800)["id"]
    refund = ask(asker, person, type="refund", payment_id=paid)
    credit = ask(asker, person, type="goodwill_credit", amount=500)
    page.on("dialog", lambda dialog: dialog.accept())
    desk.open("/approvals")
    card = page.locator(f"#{refund}")
    assert card.get_by_role("row").count() >= 3
    desk.picture(tmp_path, "approvals")
    card.get_by_role("button", name="Approve and do it").click()
    page.get_by_text("Approved and carried out.").wait_for()
    assert person.client.get(f"/v1/payments/{paid}")["refunded_amount"] == 12_800

    desk.open("/approvals")
    card = page.locator(f"#{credit}")
    card.get_by_label("Why not").fill("The refund is enough")
    card.get_by_role("button", name="Reject").click()
    page.get_by_text("nothing was done").wait_for()
    assert page.get_by_text("The refund is enough").is_visible()
    desk.open("/approvals?status=executed")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{refund}")


def test_nobody_approves_their_own_request_and_agents_only_look(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    person = create_person(wallet)
    with (
        a_desk(wallet, chromium, site, Role.SUPERVISOR, "zh-CN") as desk,
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as agent,
    ):
        own = ask(desk.agent, person, type="goodwill_credit", amount=500)
        agent.open("/approvals")
        agent.page.get_by_text("补偿金").wait_for()
        assert agent.page.locator(".approval button").count() == 0
        agent.check()
        desk.open("/approvals")
        card = desk.page.locator(f"#{own}")
        card.get_by_text("这是您自己的请求").wait_for()
        assert card.get_by_role("button", name="批准并执行").count() == 0
        desk.page.on("dialog", lambda dialog: dialog.accept())
        card.get_by_role("button", name="撤回").click()
        desk.page.get_by_text("请求已关闭").wait_for()
        desk.picture(tmp_path, "approval_zh")
        desk.check()
