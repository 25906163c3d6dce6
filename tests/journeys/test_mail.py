"""Support by e-mail, over SMTP in and out: a case, its answer, a reply that finds it, and one that must not."""

import re
import smtplib
from email.message import EmailMessage
from typing import Any

from tests.journeys.desk import DeskAgent, an_agent
from tests.journeys.server import Server, until

MEI, EVE = "mei@customer.example", "eve@elsewhere.example"
TOKEN = re.compile(r"\[(c\.[a-z]+\.[a-z]+)\]")


def mail_to(
    house: Server, sender: str, text: str, subject: str = "付款失败", number: int = 1
) -> EmailMessage:
    """A mail to support, as a customer's mail program writes it."""
    channels = house.call("GET", "/v1/support/channels").json()["data"]
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, subject
    mail["To"] = next(it["contact"] for it in channels if it["code"] == "email")
    mail["Message-ID"] = f"<{number}@{sender.partition('@')[2]}>"
    mail.set_content(text)
    return mail


def smtp(house: Server) -> smtplib.SMTP:
    """A mail program's session with our server."""
    port = house.call("GET", "/readyz").json()["smtp_listen_port"]
    return smtplib.SMTP("127.0.0.1", port, local_hostname="customer.example", timeout=20)


def write(
    house: Server, sender: str, text: str, subject: str = "付款失败", number: int = 1
) -> None:
    """A mail program hands a mail over to ours."""
    with smtp(house) as session:
        session.send_message(mail_to(house, sender, text, subject, number))


def received(house: Server, template: str) -> list[dict[str, Any]]:
    """What of ours lies in Mei's mailbox."""
    inbox = house.call("GET", f"/sandbox/v1/messages?to={MEI}").json()["data"]
    return [it for it in inbox if it["template"] == template]


def said(agent: DeskAgent, case: str) -> list[tuple[str, str]]:
    entries = agent.call("GET", f"/conversations/{case}/messages")["data"]
    return [(it["author"], it["text"]) for it in entries if it["kind"] == "message"]


def test_a_mail_becomes_a_case_whose_replies_find_it_and_whose_strangers_wait(
    house: Server,
) -> None:
    agent, boss = an_agent(house), an_agent(house, "supervisor")
    write(house, MEI, "昨天下午三点的 128 元付款失败。卡号 6222021234567890128")
    until(lambda: agent.call("GET", "/conversations?channel=email")["data"])
    [case] = agent.call("GET", "/conversations?channel=email")["data"]
    assert (case["user_id"], case["status"]) == (None, "new"), "an address is a claim"
    assert said(agent, case["id"]) == [("user", "昨天下午三点的 128 元付款失败。卡号 ****0128")]
    until(lambda: received(house, "support_acknowledgement"))

    agent.call("POST", f"/conversations/{case['id']}/claim")
    answer = {"text": "请在 App 内查看该笔付款的状态。"}
    agent.call("POST", f"/conversations/{case['id']}/messages", answer, status=201)
    until(lambda: received(house, "support_reply"))
    [reply] = received(house, "support_reply")
    assert answer["text"] in reply["body"]
    token = TOKEN.search(reply["body"])
    assert token is not None

    quoted = f"已解决，谢谢。\n\n> {reply['body']}".replace("\n", "\n> ")
    for sender, number in (
        (MEI, 2),
        (MEI, 2),
        (EVE, 3),
    ):  # once more, and a stranger with the token
        write(house, sender, quoted, subject=f"Re: {reply['subject']}", number=number)
    until(lambda: boss.call("GET", "/quarantined-mails")["data"])
    until(lambda: len(said(agent, case["id"])) >= 3)
    [waiting] = boss.call("GET", "/quarantined-mails")["data"]
    assert (waiting["sender"], waiting["reason"]) == (EVE, "unverified")
    authors = [author for author, _ in said(agent, case["id"])]
    assert authors == ["user", "agent", "user"]
    assert len(received(house, "support_acknowledgement")) == 1

    released = boss.call("POST", f"/quarantined-mails/{waiting['id']}/release", {})
    assert released["conversation_id"] != case["id"]
    agent.call("POST", f"/conversations/{case['id']}/resolve")
    assert boss.call("GET", "/audit/verify")["ok"] is True
