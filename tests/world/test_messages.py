"""What the carrier and the mailbox keep, and the waiting for it."""

import smtplib
import threading
import time
from email.message import EmailMessage

import httpx2
import pytest

from tests.world.running import RunningWorld


def text(world: RunningWorld, reference: str = "sms_1", to: str = "+8613800138000") -> str:
    body = {"reference": reference, "to": to, "template": "code", "text": "您的验证码是 482913。"}
    answer = world.call("sms", "POST", "/v1/messages", body)
    assert answer.status_code == 202
    return str(answer.json()["id"])


def mail(world: RunningWorld, message_id: str, *to: str, body: str = "Your code: 001234\n") -> None:
    message = EmailMessage()
    message["Message-ID"] = message_id
    message["X-Template"] = "code"
    message["Subject"] = "验证码 – your code"
    message.set_content(body)
    url = httpx2.URL(world.addresses["smtp"])
    with smtplib.SMTP(url.host, url.port or 0, timeout=5) as session:
        session.send_message(message, "a@u-wallet.example", list(to))


def test_a_text_is_kept_once_with_its_code(world: RunningWorld) -> None:
    assert text(world) == text(world)
    [kept] = world.listing("/messages")
    assert (kept["channel"], kept["code"], kept["template"]) == ("sms", "482913", "code")
    assert kept["subject"] is None


def test_a_mail_is_kept_decoded_once_per_recipient(world: RunningWorld) -> None:
    for _ in range(2):
        mail(world, "<1@test>", "a@example.com", "b@example.com", body="你好，代码 001234\n.dot\n")
    kept = world.listing("/messages")
    assert {each["to"] for each in kept} == {"a@example.com", "b@example.com"}
    assert len(kept) == 2
    assert kept[0]["body"] == "你好，代码 001234\n.dot"
    assert (kept[0]["subject"], kept[0]["code"]) == ("验证码 – your code", "001234")


def test_mails_without_an_id_are_all_kept(world: RunningWorld) -> None:
    url = httpx2.URL(world.addresses["smtp"])
    for _ in range(2):
        with smtplib.SMTP(url.host, url.port or 0, timeout=5) as session:
            session.sendmail("a@example.com", "b@example.com", b"Subject: hi\r\n\r\nhello\r\n")
    assert len(world.listing("/messages")) == 2


def test_messages_are_listed_newest_first_by_recipient_and_time(world: RunningWorld) -> None:
    text(world, "sms_1")
    text(world, "sms_2")
    text(world, "sms_3", to="+8613800138999")
    kept = world.listing("/messages?to=%2B8613800138000")
    assert len(kept) == 2
    assert kept[0]["created_at"] >= kept[1]["created_at"]
    since = world.listing(f"/messages?since={kept[0]['created_at']}")
    assert kept[0]["id"] in {each["id"] for each in since}
    assert world.listing("/messages?since=2999-01-01T00:00:00Z") == []


def test_who_waits_is_woken_by_the_first_match_at_once(world: RunningWorld) -> None:
    answers: list[tuple[float, int]] = []

    def wait() -> None:
        kept = world.listing("/messages?to=%2B8613800138000&wait=20")
        answers.append((time.monotonic(), len(kept)))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.2)
    text(world, "other", to="+8613800138999")
    time.sleep(0.2)
    assert answers == []
    sent = time.monotonic()
    text(world)
    waiting.join(5)
    [(woken, found)] = answers
    assert found == 1
    assert woken - sent < 2


def test_waiting_ends_with_nothing_when_the_time_is_up(world: RunningWorld) -> None:
    begun = time.monotonic()
    assert world.listing("/messages?wait=1") == []
    assert 0.9 < time.monotonic() - begun < 3


def test_a_reset_ends_the_waiting(world: RunningWorld) -> None:
    timer = threading.Timer(0.3, world.reset)
    timer.start()
    begun = time.monotonic()
    assert world.listing("/messages?wait=20") == []
    assert time.monotonic() - begun < 5
    timer.join()


def test_deleted_messages_are_gone(world: RunningWorld) -> None:
    text(world)
    world.control("DELETE", "/messages")
    assert world.listing("/messages") == []


@pytest.mark.parametrize("query", ["since=yesterday", "wait=-1", "wait=1.5", "wait=１", "who=me"])
def test_a_query_that_makes_no_sense_is_refused(world: RunningWorld, query: str) -> None:
    answer = world.call("control", "GET", f"/messages?{query}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "validation_failed"
