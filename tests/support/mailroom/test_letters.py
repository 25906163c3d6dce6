"""Mails as the world writes them, and as somebody who means harm does."""

import base64
import time
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.support.mailroom.letters import Letter, UnreadableMailError, read_letter
from app.support.mailroom.quoting import new_part
from app.support.mailroom.rules import MESSAGE_MAX
from app.support.mailroom.wording import message_text


def raw(*lines: str | bytes) -> bytes:
    return b"\r\n".join(line if isinstance(line, bytes) else line.encode("utf-8") for line in lines)


def read(*lines: str | bytes) -> Letter:
    return read_letter(raw(*lines))


def written(text: str = "hello", **headers: str) -> Letter:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Mei <mei@customer.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return read_letter(mail.as_bytes())


def test_a_plain_mail_is_read():
    letter = written("我的付款失败了", Subject="付款问题", Message_ID="<one@customer.example>")

    assert letter.sender is not None
    assert letter.sender.key == "mei@customer.example"
    assert (letter.subject, letter.text) == ("付款问题", "我的付款失败了")
    assert letter.message_id == "<one@customer.example>"
    assert (letter.locale, letter.is_automatic) == ("zh-CN", False)


ODDITIES = {
    "no charset, UTF-8": (["From: a@b.example", "", "付款失败"], "付款失败"),
    "no charset, GB18030": (["From: a@b.example", "", "付款失败".encode("gb18030")], "付款失败"),
    "GB18030, said": (
        [
            "From: a@b.example",
            "Content-Type: text/plain; charset=gb18030",
            "Content-Transfer-Encoding: base64",
            "",
            base64.b64encode("付款失败".encode("gb18030")).decode(),
        ],
        "付款失败",
    ),
    "a charset that nobody knows": (
        ["From: a@b.example", "Content-Type: text/plain; charset=klingon", "", "hello"],
        "hello",
    ),
    "bytes that are no UTF-8 though they say so": (
        ["From: a@b.example", "Content-Type: text/plain; charset=utf-8", "", b"caf\xe9!!"],
        "caf",
    ),
    "broken base64": (
        ["From: a@b.example", "Content-Transfer-Encoding: base64", "", "aGVsbG8*"],
        "hello",
    ),
    "an encoding that nobody knows": (
        ["From: a@b.example", "Content-Transfer-Encoding: x-rot13", "", "hello"],
        "hello",
    ),
    "html only": (
        [
            "From: a@b.example",
            "Content-Type: text/html",
            "",
            "<head><title>x</title><style>p{}</style></head><p>one &amp; two<br>three</p><script>no()</script>",
        ],
        "one & two\nthree",
    ),
    "html that isn't": (
        ["From: a@b.example", "Content-Type: text/html", "", "<p <b <<<a href='>hello</p"],
        "",
    ),
    "NUL": (["From: a@b.example", "", b"he\x00llo"], "hello"),
    "bare line feeds": ([b"From: a@b.example\n\nhello\nthere"], "hello\nthere"),
    "no body": (["From: a@b.example"], ""),
    "a multipart without a boundary": (
        ["From: a@b.example", "Content-Type: multipart/mixed", "", "hello"],
        "",
    ),
    "a boundary that never ends": (
        [
            "From: a@b.example",
            'Content-Type: multipart/mixed; boundary="x"',
            "",
            "--x",
            "",
            "hello",
        ],
        "hello",
    ),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_an_odd_mail_is_read_as_far_as_it_goes(name: str):
    lines, expected = ODDITIES[name]

    letter = read(*lines)
    assert expected in letter.text
    assert "\x00" not in letter.text


def test_the_plain_one_of_two_alternatives_is_taken_and_files_are_only_named():
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "mei@customer.example"
    mail.set_content("in plain words")
    mail.add_alternative("<p>in colour</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="账单.pdf")
    mail.add_attachment("text of a file", filename="../../notes.txt")
    letter = read_letter(mail.as_bytes())

    assert letter.text == "in plain words"
    assert letter.attachments == ("账单.pdf", ".._.._notes.txt")
    assert "Attachments not kept: 账单.pdf" in message_text(letter)


def nested(depth: int) -> bytes:
    opened = [
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}'
        for level in range(depth)
    ]
    return raw("From: a@b.example", *opened, "", "deep down")


def test_parts_within_parts_are_read_and_a_bottomless_mail_is_refused_quickly():
    assert read_letter(nested(20)).text == "deep down"
    began = time.monotonic()
    with suppress(UnreadableMailError):
        read_letter(nested(5000))
    assert time.monotonic() - began < 5


def test_a_thousand_headers_are_no_harm():
    letter = read(
        "From: a@b.example", *(f"X-Header-{n}: {'v' * 70}" for n in range(1000)), "", "hi"
    )

    assert letter.text == "hi"


def test_a_mail_within_a_mail_is_not_its_sender_s_word():
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "mei@customer.example"
    mail.set_content("look at this")
    inner = EmailMessage(policy=SMTP)
    inner["Subject"] = "forwarded"
    inner.set_content("words of somebody else")
    mail.add_attachment(inner)

    assert read_letter(mail.as_bytes()).text == "look at this"


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "a@b.example\x00@c.example",
    ],
)
def test_a_mail_of_nobody_in_particular_has_no_sender(sender: str):
    assert read(f"From: {sender}", "", "hello").sender is None


def test_two_senders_in_two_headers_are_none():
    assert read("From: a@b.example", "From: c@d.example", "", "hi").sender is None


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner=x",
        "Precedence: Bulk",
        "Precedence: list",
        "List-Id: <news.example>",
        "List-Unsubscribe: <mailto:x@y.example>",
        "X-Auto-Response-Suppress: OOF",
        "X-Autoreply: yes",
        'Content-Type: multipart/report; boundary="x"',
    ],
)
def test_what_a_machine_wrote_is_known_by_its_headers(header: str):
    assert read("From: a@b.example", header, "", "hello").is_automatic


@pytest.mark.parametrize(
    ("local", "automatic"),
    [
        ("no-reply", True),
        ("NoReply", True),
        ("do-not-reply", True),
        ("mailer-daemon", True),
        ("bounces+1234", True),
        ("noreen", False),
        ("bouncer.jones", False),
    ],
)
def test_what_a_machine_wrote_is_known_by_its_address(local: str, automatic: bool):
    assert read(f"From: {local}@b.example", "", "hello").is_automatic is automatic


def test_a_person_may_say_that_no_machine_wrote():
    assert not read("From: a@b.example", "Auto-Submitted: no", "", "hello").is_automatic


QUOTATIONS = {
    "English": "Thanks, solved!\n\nOn Mon, 23 Nov 2026 at 10:00, Support <s@x.example> wrote:\n> old\n> words",
    "Outlook": "Thanks, solved!\n\nFrom: Support <s@x.example>\nSent: Monday\nTo: Mei\nSubject: Re: x\n\nold",
    "Chinese": "Thanks, solved!\n\n在 2026年11月23日 10:00，客服 <s@x.example> 写道：\n> old",
    "QQ": "Thanks, solved!\n\n------------------ 原始邮件 ------------------\n发件人: s\nold",
    "netease": "Thanks, solved!\n\n发件人：客服 <s@x.example>\n发送时间：2026\nold",
    "only marks": "Thanks, solved!\n> old\n> words",
    "nothing": "Thanks, solved!",
}


@pytest.mark.parametrize("name", QUOTATIONS)
def test_what_is_quoted_is_left_out(name: str):
    assert new_part(QUOTATIONS[name]) == "Thanks, solved!"


def test_a_mail_of_nothing_but_a_quotation_is_kept_whole():
    assert new_part("> old words") == "> old words"


NASTY = {
    "numbers": "123456 " * 2_000,
    "digits apart": "1 " * 6_000,
    "blank lines": "a" + "\n" * 90_000 + "b",
    "blanks": " \n" * 45_000,
    "On and on": ("On " + "a b" * 60 + "\n") * 500,
    "one line": "On " + "a b " * 25_000,
    "marks": "> " * 50_000,
    "from": "From: a\n" * 10_000,
    "lines below": ("\n\n" + "_" * 40) * 2_000,
}


@pytest.mark.parametrize("name", NASTY)
def test_no_text_takes_long(name: str):
    began = time.monotonic()
    message_text(written(NASTY[name]))

    assert time.monotonic() - began < 3


def test_words_are_masked_before_they_are_cut():
    card = "6222021234567890128"
    letter = written("x" * (MESSAGE_MAX - 60) + f" {card} {card} {card} {card}")
    text = message_text(letter)

    assert len(text) <= MESSAGE_MAX
    assert card[:10] not in text


def test_a_mail_without_words_says_so():
    assert message_text(written("")) == "(The mail has no text.)"


@settings(max_examples=60)
@given(st.binary(max_size=2000))
def test_no_bytes_break_it(content: bytes):
    try:
        letter = read_letter(b"From: a@b.example\r\nSubject: " + content)
    except UnreadableMailError:
        return
    assert len(message_text(letter)) <= MESSAGE_MAX
    assert "\x00" not in letter.subject + letter.text
