"""The queue and a conversation in a real browser: live, claimed, answered, never over a colleague's reply."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from app.auth.rules import Role
from app.core.clock import machine_now
from app.core.locale import LOCALES
from app.factory import Wallet
from app.support.conversations.models import Attendance
from app.support.conversations.operations.tend_queue import tend_queue
from app.support.faq.queries import read_article, suggest_articles
from tests.client import Client
from tests.conftest import Clock
from tests.console.conftest import Desk, a_desk
from tests.factories.conversations import to_local
from tests.factories.listening import Listener
from tests.factories.people import Person, create_person

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def begin(person: Person, message: str, channel: str = "ticket", **more: str) -> str:
    body = {"channel": channel, "message": message, "subject": "A payment"} | more
    answer = person.client.post("/v1/support/conversations", body)
    assert answer.status == 201, answer.body
    return str(answer["id"])


def say(client: Client, conversation_id: str, text: str) -> None:
    path = f"/v1/support/conversations/{conversation_id}/messages"
    assert client.post(path, {"text": text}).status == 201


def heard(person: Person, conversation_id: str) -> list[str]:
    path = f"/v1/support/conversations/{conversation_id}/messages"
    return [it["text"] for it in person.client.get(path).body["data"]]


def send(page: Page, text: str) -> None:
    page.get_by_label("Reply to the customer").fill(text)
    page.get_by_role("button", name="Send").click()


def test_a_case_comes_in_live_is_claimed_by_key_and_answered(
    desk: Desk, wallet: Wallet, tmp_path: Path
) -> None:
    person, page = create_person(wallet, card=True), desk.page
    payment = person.pay(12_850)
    desk.open("/queue")
    page.get_by_role("button", name="online", exact=True).click()
    page.locator("[aria-pressed=true]").get_by_text("online").wait_for()
    first = begin(person, "I paid 128.50 at 3 pm, where is it?", payment_id=str(payment["id"]))
    page.locator(f"[data-key={first}]").wait_for()
    begin(create_person(wallet), "我忘了登录密码")
    expect(page.locator("[data-row]")).to_have_count(2)
    desk.picture(tmp_path, "queue")

    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator(".chosen").get_attribute("data-key") == first
    page.keyboard.press("c")
    page.get_by_text("It's yours.").wait_for()
    page.locator(".payments").get_by_text("¥128.50").wait_for()
    say(person.client, first, "Are you there?")
    page.locator(".thread").get_by_text("Are you there?").wait_for()
    assert person.client.post(f"/v1/support/conversations/{first}/typing").status == 204
    page.get_by_text("The customer is typing…").wait_for()

    page.get_by_text("Canned texts and FAQ").click()
    page.locator("[name=q]").fill("went through")
    expect(page.locator("#found-phrases")).to_contain_text("Payment went through")
    expect(page.locator("#found-phrases")).not_to_contain_text("Greeting")
    page.locator(".phrase summary").first.click()
    desk.picture(tmp_path, "conversation")
    page.get_by_role("button", name="Insert · en").first.click()
    page.get_by_role("button", name="Send").click()
    page.locator(".thread .by-agent").wait_for()
    assert "128.50" in heard(person, first)[-1]
    page.locator("summary").get_by_text("Note for colleagues").click()
    page.locator("textarea[name=text]").last.fill("Receipt was sent, merchant confirms")
    page.get_by_role("button", name="Keep the note").click()
    page.locator(".by-note").get_by_text("Receipt was sent").wait_for()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("button", name="Reopen").click()
    page.get_by_label("Why").fill("The customer doubts it")
    page.get_by_role("button", name="Escalate").click()
    page.locator(".state").get_by_text("urgent").wait_for()
    page.get_by_role("link", name="Transcript").first.click()
    page.locator(".transcript").get_by_text("Are you there?").wait_for()
    assert "Receipt was sent, merchant" not in page.content()


def test_a_colleagues_newer_reply_is_shown_before_ones_own_is_sent(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    person = create_person(wallet)
    case = begin(person, "Where is my money?")
    with (
        a_desk(wallet, chromium, site, Role.AGENT, "en-GB") as desk,
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as other,
    ):
        for each in (desk, other):
            each.open(f"/conversations/{case}")
        desk.page.route("**/thread", lambda route: route.abort())  # the news don't reach it
        other.page.get_by_label("回复客户").fill("正在为您查询")
        other.page.get_by_role("button", name="发送").click()
        other.page.locator(".thread .by-agent").wait_for()
        other.picture(tmp_path, "conversation_zh")
        send(desk.page, "We are looking into it")
        desk.page.locator("[data-code=conversation_moved_on]").get_by_text(
            "正在为您查询"
        ).wait_for()
        desk.picture(tmp_path, "moved_on")
        field = desk.page.get_by_label("Reply to the customer")
        expect(field).to_have_value("We are looking into it")
        assert heard(person, case) == ["Where is my money?", "正在为您查询"]
        desk.page.unroute("**/thread")
        desk.open(f"/conversations/{case}")
        expect(field).to_have_value("We are looking into it")
        desk.page.get_by_role("button", name="Send").click()
        desk.page.locator(".thread").get_by_text("We are looking into it").wait_for()
        expect(field).to_have_value("")
        assert heard(person, case)[-1] == "We are looking into it"
        other.check()


def test_the_page_shows_while_the_customer_has_the_conversation_open(
    desk: Desk, wallet: Wallet
) -> None:
    person, page = create_person(wallet), desk.page
    case = begin(person, "Where is my money?")
    desk.open(f"/conversations/{case}")
    here = page.get_by_text("The customer has this open")
    expect(here).to_be_hidden()
    with Listener(person.client, f"/v1/support/conversations/{case}/events") as ear:
        ear.wait_for(1)
        expect(here).to_be_visible()
        page.reload()
        expect(here).to_be_visible()
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(Attendance).values(expires_at=machine_now() - timedelta(seconds=1)))
    expect(here).to_be_hidden()


def test_an_article_is_inserted_in_either_language(desk: Desk, wallet: Wallet) -> None:
    person, page = create_person(wallet), desk.page
    case = begin(person, "How do I change my card?")
    with wallet.database.snapshot() as tx:
        (found, *_) = suggest_articles(tx, "freeze", "en")
        texts = {it: read_article(tx, found.id, it).body for it in LOCALES}
    for language, locale in (("en", "en"), ("zh", "zh-CN")):
        desk.open(f"/conversations/{case}")
        page.get_by_text("Canned texts and FAQ").click()
        page.locator("[name=q]").fill("freeze")
        phrase = page.locator(".phrase", has_text=found.title)
        phrase.locator("summary").click()
        phrase.get_by_role("button", name=f"Insert · {language}").click()
        page.get_by_role("button", name="Send").click()
        page.locator(".thread .by-agent").last.wait_for()
        expect(page.get_by_label("Reply to the customer")).to_have_value("")
        assert heard(person, case)[-1] == texts[locale]  # type: ignore[index]


def test_clocks_are_coloured_by_how_late_they_are(
    wallet: Wallet, chromium: Browser, site: str, clock: Clock
) -> None:
    to_local(clock, 12)
    with a_desk(wallet, chromium, site, Role.AGENT, "en-GB") as desk:
        case = begin(create_person(wallet), "Are you there?", "chat")
        first = desk.page.locator(f"[data-key={case}] .clock", has_text="first reply")
        colours = []
        for word, seconds in (("calm", 0), ("warn", 95), ("bad", 40)):
            clock.advance(seconds=seconds)
            desk.open("/queue")
            expect(first).to_have_class(f"clock {word}")
            colours.append(first.evaluate("it => getComputedStyle(it).color"))
        assert len(set(colours)) == 3
        desk.page.locator(f"[data-key={case}]").get_by_text("urgent").wait_for()
        desk.check()


def test_who_signs_out_gives_the_chat_to_a_colleague_at_once(
    wallet: Wallet, chromium: Browser, site: str, clock: Clock
) -> None:
    to_local(clock, 12)
    with (
        a_desk(wallet, chromium, site, Role.AGENT, "en-GB") as desk,
        a_desk(wallet, chromium, site, Role.AGENT, "en-GB") as other,
    ):
        for each in (desk, other):
            each.open("/queue?whose=mine")
            each.page.get_by_role("button", name="online", exact=True).click()
            each.page.locator("[aria-pressed=true]").get_by_text("online").wait_for()
            if each is desk:
                case = begin(create_person(wallet), "Are you there?", "chat")
            each.open("/queue?whose=mine")
        row = f"[data-key={case}]"
        desk.page.locator(row).wait_for()
        expect(other.page.locator(row)).to_have_count(0)
        desk.page.get_by_role("button", name="Sign out").click()
        desk.page.wait_for_url("**/sign-in")
        tend_queue(wallet.support)  # the worker's next round, within a second
        other.page.locator(row).wait_for()


def test_handing_over_waiting_and_putting_off(
    wallet: Wallet, chromium: Browser, site: str, tmp_path: Path
) -> None:
    case = begin(create_person(wallet), "请帮我看看")
    with (
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk,
        a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as other,
    ):
        other.open("/queue?whose=mine")
        page = desk.page
        desk.open(f"/conversations/{case}")
        page.get_by_label("转给").select_option(other.agent.agent_id)
        page.get_by_role("button", name="转给").click()
        page.get_by_text("已转交。").wait_for()
        other.page.locator(f"[data-key={case}]").wait_for()
        page.locator("[name=for]").select_option("third_party")
        page.get_by_role("button", name="等待").click()
        page.locator(".state").get_by_text("等待第三方").wait_for()
        page.locator("[name=minutes]").select_option("240")
        page.get_by_role("button", name="推迟").click()
        page.locator(".state").get_by_text("已推迟至").wait_for()
        expect(other.page.locator(f"[data-key={case}]")).to_have_count(0)
        other.open("/queue?whose=mine&status=snoozed")
        other.page.locator(f"[data-key={case}]").get_by_text("已推迟至").wait_for()
        other.picture(tmp_path, "queue_zh")
        other.page.keyboard.press("Control+k")
        other.page.keyboard.type(case)
        other.page.keyboard.press("Enter")
        other.page.wait_for_url(f"**/conversations/{case}")
        desk.check()
        other.check()
