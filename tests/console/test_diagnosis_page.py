"""From "about 3 pm, 128" to the verdict, the picture, the message and the next step, in a real browser."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.auth.rules import Role
from app.edges.results import Problem
from app.factory import Wallet
from tests.conftest import Clock, Outside
from tests.console.conftest import Desk, a_desk
from tests.factories.calls import phone_of
from tests.factories.conversations import begin
from tests.factories.people import create_person
from tests.factories.status import create_incident
from tests.fakes import Lost, Unanswered

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
WHY = "Asks on the hotline about a payment"


def ask(page: Page, customer: str, words: str) -> None:
    page.locator("[name=customer]").first.fill(customer)
    page.locator("[name=why]").first.fill(WHY)
    page.locator("[name=words]").first.fill(words)
    page.locator("form.ask button").click()


def test_rough_words_lead_to_a_verdict_its_evidence_and_another_candidate(
    desk: Desk, wallet: Wallet, outside: Outside, clock: Clock, tmp_path: Path
) -> None:
    person, page = create_person(wallet), desk.page
    with wallet.database.transaction() as tx:
        create_incident(tx, tx.now - timedelta(minutes=12))
    first = person.pay(12_800)["id"]
    clock.advance(minutes=9)
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    failed = person.pay(12_800)["id"]
    clock.advance(minutes=4)
    desk.open("/diagnosis")
    ask(page, phone_of(wallet, person), "5 minutes ago, 128")
    answer = page.locator(".answer")
    expect(answer).to_have_attribute("data-verdict", "failed_clean")
    expect(answer.locator("[data-amount]")).to_have_text("CN¥128.00")
    assert page.locator("[aria-current=true] .calm").first.is_visible()
    assert page.locator(".axis .band").count() == 1
    assert page.locator(".axis .mark-remembered").count() == 1
    assert failed in answer.inner_text()
    page.get_by_text("All that is known").click()
    page.get_by_text("Exchanges with the gateway").wait_for()
    desk.picture(tmp_path, "diagnosis")

    page.get_by_role("button", name="This one").click()
    expect(page.locator(".answer")).to_have_attribute("data-verdict", "succeeded")
    assert first in page.locator(".answer").inner_text()
    expect(page.locator(".answer")).to_contain_text("Don't pay again")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy (English)").click()
    page.get_by_text("Copied").wait_for()
    assert "Please don't pay again" in page.evaluate("navigator.clipboard.readText()")


def test_an_unknown_outcome_is_asked_of_the_gateway_again(
    wallet: Wallet, chromium: Browser, site: str, outside: Outside, tmp_path: Path
) -> None:
    person = create_person(wallet)
    outside.gateway.script.append(Lost())
    paid = person.pay(5_000)["id"]
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        page = desk.page
        silence = [Unanswered(), Unanswered()]  # for the diagnosis of each page that is opened
        outside.gateway.script.extend(silence)
        desk.open("/diagnosis")
        ask(page, person.user_id, paid)
        answer = page.locator(".answer")
        expect(answer).to_have_attribute("data-verdict", "unknown")
        expect(answer).to_contain_text("不要重新付款")
        desk.picture(tmp_path, "diagnosis_zh")
        page.get_by_role("button", name="立即向通道查询").click()
        page.get_by_text("已查询通道").wait_for()
        assert page.locator(".answer").get_attribute("data-verdict") != "unknown"

        desk.open("/diagnosis")
        ask(page, person.user_id, "下午")
        desk.see_refused("validation_failed")
        ask(page, "+8613900000000", "下午三点 128")
        page.get_by_text("没有找到客户").wait_for()
        desk.check()


def test_a_mismatch_suggests_to_ask_the_gateway_which_gives_the_money_back(
    desk: Desk, wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    person, page = create_person(wallet), desk.page
    outside.gateway.script.append(Unanswered(Problem.READ_TIMEOUT))
    payment = person.pay(5_000)
    clock.advance(seconds=12)
    outside.gateway.take_late(payment["attempts"][0]["id"])
    outside.gateway.script.append(Problem.DECLINED)  # the refund by itself
    clock.advance(minutes=2)
    desk.open(f"/diagnosis?customer={person.user_id}&payment={payment['id']}&because={WHY}")
    expect(page.locator(".answer")).to_have_attribute("data-verdict", "mismatch")
    assert page.get_by_text("Ask for an action: refund").count() == 0
    page.get_by_role("button", name="Ask the gateway now").click()

    expect(page.locator(".answer")).to_have_attribute("data-verdict", "refunded")
    assert person.money.available == 100_000


def test_the_message_goes_into_the_reply_of_the_conversation_that_asked(
    desk: Desk, wallet: Wallet, outside: Outside
) -> None:
    person, page = create_person(wallet), desk.page
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    paid = person.pay(5_000)["id"]
    conversation = begin(person.client, payment_id=paid)["id"]
    desk.open(f"/diagnosis?customer={person.user_id}&payment={paid}&because={conversation}")
    message = page.locator(".message-text textarea[lang=en]").input_value()
    page.locator(".message-text", has=page.locator("[lang=en]")).get_by_role(
        "button", name="Put into the reply"
    ).click()
    page.wait_for_url(f"**/conversations/{conversation}")
    expect(page.locator("#reply [name=text]")).to_have_value(message)


def test_an_incident_shades_its_stretch_of_the_picture(
    desk: Desk, wallet: Wallet, clock: Clock
) -> None:
    person, page = create_person(wallet), desk.page
    person.pay(12_800)
    clock.advance(minutes=10)
    with wallet.database.transaction() as tx:
        create_incident(
            tx, tx.now - timedelta(minutes=8), resolved_at=tx.now - timedelta(minutes=4)
        )
    person.pay(12_800)
    desk.open("/diagnosis")
    ask(page, person.user_id, "5 minutes ago, 128")
    band, picture = page.locator(".axis .band rect"), page.locator(".axis svg").bounding_box()
    box = band.bounding_box()
    assert box is not None
    assert picture is not None
    begin, end = box["x"], box["x"] + box["width"]
    marks = [it.bounding_box() for it in page.locator(".axis .mark circle").all()]
    places = [it["x"] + it["width"] / 2 for it in marks if it is not None]
    assert min(places) < begin < end < max(places)
    assert box["height"] > picture["height"] / 2
    shade = band.evaluate("it => getComputedStyle(it).fill")
    assert shade not in ("none", "rgb(0, 0, 0)")
    assert 0 < float(band.evaluate("it => getComputedStyle(it).opacity")) < 1
    page.locator(".axis .band title").get_by_text("Payments fail").wait_for(state="attached")


def test_a_case_is_escalated_with_the_evidence_from_the_page(
    desk: Desk, wallet: Wallet, outside: Outside
) -> None:
    person, page = create_person(wallet), desk.page
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    paid = person.pay(5_000)["id"]
    conversation = begin(person.client, payment_id=paid)["id"]
    desk.open(f"/diagnosis?customer={person.user_id}&payment={paid}&because={conversation}")
    page.get_by_label("Why", exact=True).fill("please look at the gateway")
    page.get_by_role("button", name="Escalate with the evidence").click()

    page.wait_for_url(f"**/conversations/{conversation}*")
    expect(page.locator("body")).to_contain_text("It is urgent now.")
    expect(page.locator("body")).to_contain_text("connection_refused")
