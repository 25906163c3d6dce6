"""Support mail in a real browser: a case from its first mail to the answer in its thread, and what is quarantined."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.auth.rules import Role
from app.edges.mail import message_id_of
from app.factory import Wallet
from app.support.mailroom.listener import listening
from tests.conftest import Clock, Outside
from tests.console.conftest import Desk, a_desk
from tests.factories.mails import MEI, Mailroom, mail_of, reply_to

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
HOST = "127.0.0.1"
SPAMMER = "spam@third.example"


@pytest.fixture
def mailroom(wallet: Wallet, clock: Clock, outside: Outside) -> Mailroom:
    return Mailroom(wallet, clock, outside)


@pytest.fixture
def port(wallet: Wallet) -> Iterator[int]:
    with listening(wallet.support, HOST, 0) as bound:
        yield bound


def hand_over(port: int, mail: EmailMessage) -> None:
    """A mail program gives a mail to our server."""
    with smtplib.SMTP(HOST, port, local_hostname="customer.example", timeout=20) as session:
        session.send_message(mail)


def quarantined(mailroom: Mailroom, text: str, **headers: str) -> str:
    mail = mailroom.receive(mail_of(text, **headers), envelope=SPAMMER)
    assert mail.status == "quarantined"
    return mail.id


def accept_dialogs(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_mail_stands_in_the_queue_and_is_answered_on_the_page_in_its_thread(
    desk: Desk, mailroom: Mailroom, port: int, tmp_path: Path
) -> None:
    page, first = desk.page, mail_of("卡 6222021234567890128 付款失败", Subject="付款失败")
    desk.open("/queue")
    hand_over(port, first)
    mailroom.clock.run_due()
    page.locator("[data-row]").get_by_text("e-mail").wait_for()
    (acknowledgement,) = mailroom.sent()
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.get_by_text("It's yours.").wait_for()
    page.locator(".thread").get_by_text("卡 ****0128 付款失败").wait_for()
    page.get_by_label("Reply to the customer").fill("请在 App 内查看该笔付款。")
    page.get_by_role("button", name="Send").click()
    page.locator(".thread .by-agent").wait_for()
    desk.picture(tmp_path, "mail_conversation")

    (answer,) = mailroom.sent()
    assert (answer.to, answer.headers["In-Reply-To"]) == (MEI, first["Message-ID"])
    own = message_id_of(acknowledgement.reference)
    assert answer.headers["References"] == f"{first['Message-ID']} {own}"
    assert answer.text.startswith("请在 App 内查看该笔付款。")
    hand_over(port, reply_to(answer, "已解决，谢谢。"))
    mailroom.clock.run_due()
    page.locator(".thread").get_by_text("已解决，谢谢。").wait_for()
    assert len(mailroom.conversations()) == 1


def test_quarantine_is_reached_from_the_queue_released_into_a_case_and_discarded(
    desk: Desk, mailroom: Mailroom, tmp_path: Path
) -> None:
    page = desk.page
    accept_dialogs(page)
    case = str(mailroom.receive(mail_of("Where is my refund?")).conversation_id)
    mine = quarantined(mailroom, "This is my other address.", Subject="Refund")
    spam = quarantined(mailroom, "Buy now!", Subject="Offer")
    desk.open("/queue")
    page.get_by_role("link", name="2 mails in quarantine").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    row = page.locator(f"[id={mine}]")
    for words in ("Refund", "sender not verified", MEI, SPAMMER, "This is my other address."):
        row.get_by_text(words, exact=True).wait_for()
    desk.picture(tmp_path, "quarantine")

    row.get_by_label("Conversation id").fill("cnv_none")
    row.get_by_role("button", name="Release").click()
    desk.see_refused("not_found")
    row.get_by_label("Conversation id").fill(case)
    row.get_by_role("button", name="Release").click()
    page.get_by_text("The mail was released.").wait_for()
    page.locator(".thread").get_by_text("This is my other address.").wait_for()

    desk.open("/queue/mails")
    page.keyboard.press("j")
    assert page.locator(".chosen").get_attribute("data-key") == spam
    page.get_by_role("button", name="Discard").click()
    page.get_by_text("The mail was discarded.").wait_for()
    page.get_by_text("No mail waits in quarantine.").wait_for()
    desk.open("/queue")
    expect(page.get_by_text("mails in quarantine")).to_have_count(0)


def test_a_mail_that_waits_too_long_is_warned_of_and_agents_only_look(
    wallet: Wallet, chromium: Browser, site: str, mailroom: Mailroom, tmp_path: Path
) -> None:
    quarantined(mailroom, "我换了邮箱", Subject="退款")
    mailroom.clock.advance(hours=5)
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        desk.open("/queue")
        link = desk.page.get_by_role("link", name="1 封隔离邮件待处理")
        link.locator(".warn").wait_for()
        link.click()
        desk.page.locator(".clock.warn").get_by_text("已等待").wait_for()
        assert desk.page.get_by_role("button", name="放行").count() == 0
        desk.page.get_by_text("放行与丢弃由主管决定。").wait_for()
        desk.check()
    mailroom.clock.advance(hours=20)
    with a_desk(wallet, chromium, site, Role.AGENT, "zh-CN") as desk:
        desk.open("/queue")
        desk.page.locator("a .tag.bad").wait_for()
        desk.open("/queue/mails")
        desk.page.locator(".clock.bad").get_by_text("等待过久").wait_for()
        desk.picture(tmp_path, "quarantine_zh")
        desk.check()
