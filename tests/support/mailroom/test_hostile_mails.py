"""Mails that try to make us send what nobody wrote: line breaks and headers hidden in what a reply takes up."""

from email.policy import SMTP

import pytest

from app.auth.rules import Role
from app.edges.protocols import MailMessage
from tests.factories.conversations import DESK
from tests.factories.mails import MEI, Mailroom, mail_of
from tests.factories.staff import create_agent

BREAKS = {
    "as an encoded word": "=?utf-8?q?Payment=0D=0ABcc:_all@elsewhere.example?=",
    "in base64": "=?utf-8?b?UGF5bWVudA0KQmNjOiBhbGxAZWxzZXdoZXJlLmV4YW1wbGU=?=",
    "as one half of a break": "=?utf-8?q?Payment=0ABcc:_all@elsewhere.example?=",
    "as a break of another alphabet": "=?utf-8?q?Payment=E2=80=A8Bcc:_all@elsewhere.example?=",
    "with a NUL": "=?utf-8?q?Payment=00Bcc:_all@elsewhere.example?=",
}

OURS = {
    "Auto-Submitted",
    "From",
    "In-Reply-To",
    "Message-ID",
    "References",
    "Reply-To",
    "X-Auto-Response-Suppress",
}


def letter(subject: str, **headers: str) -> bytes:
    """A mail whose headers are sent as they are given: the library would refuse to write them."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    mail = mail_of("Where is my money?", Subject="")
    head = mail.as_bytes(policy=SMTP).split(b"\r\n\r\n", 1)
    return b"\r\n".join([f"Subject: {subject}".encode(), *map(str.encode, lines), *head[:1]]) + (
        b"\r\n\r\n" + head[1]
    )


def stays_in_its_lines(message: MailMessage) -> None:
    """Each header is one line, and there is none but ours."""
    assert message.headers.keys() <= OURS
    for value in (message.to, message.subject, *message.headers.values()):
        assert value.isprintable(), value


@pytest.mark.parametrize("subject", BREAKS.values(), ids=list(BREAKS))
def test_a_header_that_is_hidden_in_a_subject_is_none_in_our_answer(
    mailroom: Mailroom, subject: str
) -> None:
    mailroom.receive(letter(subject), envelope=MEI)
    (conversation,) = mailroom.conversations()
    agent = create_agent(mailroom.wallet, Role.AGENT)
    replied = agent.client.post(f"{DESK}/{conversation.id}/messages", {"text": "It is with you."})
    assert replied.status == 201
    sent = mailroom.sent()
    assert len(sent) == 2, "an acknowledgement and the answer"
    assert {message.to for message in sent} == {MEI}
    for message in sent:
        stays_in_its_lines(message)


@pytest.mark.parametrize(
    "message_id",
    ["<a@b>\tBcc: all@elsewhere.example", "<a\x00b@c>", "<" + "a" * 300 + "@b>", "<a b@c>", "a@b"],
)
def test_an_odd_message_id_is_taken_up_in_no_header(mailroom: Mailroom, message_id: str) -> None:
    raw = letter("Payment").replace(b"Message-ID:", b"X-Other:")
    mailroom.receive(b"Message-ID: " + message_id.encode() + b"\r\n" + raw, envelope=MEI)
    for message in mailroom.sent():
        stays_in_its_lines(message)
