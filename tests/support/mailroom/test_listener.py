"""Mail over real sockets: what is taken, what is refused before it is read, and what 250 promises."""

import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from app.audit.models import AuditEntry
from app.factory import Wallet
from app.support.mailroom import listener
from app.support.mailroom.listener import listening
from app.support.mailroom.models import SupportMail
from app.support.mailroom.operations.receive_mail import receive_mail
from app.support.mailroom.rules import LARGEST_MAIL, SUPPORT_ADDRESS, MailPortError
from tests.factories.mails import MEI, Mailroom, mail_of

HOST = "127.0.0.1"


@pytest.fixture
def port(wallet: Wallet) -> Iterator[int]:
    with listening(wallet.support, HOST, 0) as bound:
        yield bound


@pytest.fixture
def session(port: int) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(HOST, port, local_hostname="customer.example", timeout=20) as opened:
        yield opened


def kept(wallet: Wallet) -> list[SupportMail]:
    with wallet.database.snapshot() as tx:
        return list(tx.scalars(sa.select(SupportMail).where(SupportMail.direction == "in")))


def refused_mails(wallet: Wallet, count: int) -> list[AuditEntry]:
    """What the trail has of mails that were too big, once it has so many: they are noted behind the answer."""
    query = sa.select(AuditEntry).where(AuditEntry.action == "refuse_mail").order_by(AuditEntry.seq)
    until = time.monotonic() + 10
    while True:
        with wallet.database.snapshot() as tx:
            found = list(tx.scalars(query))
        if len(found) >= count or time.monotonic() > until:
            return found
        time.sleep(0.02)


def test_a_mail_that_was_taken_is_durable_and_becomes_a_case(
    session: smtplib.SMTP, mailroom: Mailroom
):
    session.send_message(mail_of("付款失败"))
    assert [mail.status for mail in kept(mailroom.wallet)] == ["received"]
    mailroom.clock.run_due()

    (conversation,) = mailroom.conversations()
    assert mailroom.words(conversation.id) == ["付款失败"]


def test_a_mail_of_20_mb_is_refused_before_it_is_sent(session: smtplib.SMTP, wallet: Wallet):
    content = b"From: mei@customer.example\r\n\r\n" + b"x" * 70 * 300_000
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        session.sendmail(MEI, [SUPPORT_ADDRESS], content)

    assert refused.value.smtp_code == 552
    assert kept(wallet) == []
    (entry,) = refused_mails(wallet, 1)
    assert (entry.actor, entry.subject) == ("system", "customer.example")
    assert entry.detail == {"code": "too_big"}


def test_a_flood_of_mails_that_are_too_big_leaves_a_few_traces(port: int, wallet: Wallet):
    senders = [MEI] * 5 + ["x@6222021234567890128.example", "x@elsewhere.example"]
    for sender in senders:
        with smtplib.SMTP(HOST, port, local_hostname="x.example", timeout=20) as session:
            session.ehlo()
            for _ in range(2):
                assert session.mail(sender, [f"SIZE={LARGEST_MAIL + 1}"])[0] == 552
    found = [entry.subject for entry in refused_mails(wallet, 5)]
    assert sorted(found, key=str) == [None] + ["customer.example"] * 3 + ["elsewhere.example"]


def test_a_mail_that_is_too_big_and_does_not_say_so_is_refused_at_its_end(
    session: smtplib.SMTP, wallet: Wallet
):
    session.ehlo()
    session.mail(MEI)
    session.rcpt(SUPPORT_ADDRESS)
    code, _ = session.data(b"\r\n".join([b"x" * 900] * (LARGEST_MAIL // 900 + 100)))

    assert code == 552
    assert kept(wallet) == []
    assert [entry.subject for entry in refused_mails(wallet, 1)] == ["customer.example"]
    assert session.noop()[0] == 250


def test_who_sends_without_an_end_is_cut_off(port: int, wallet: Wallet):
    with socket.create_connection((HOST, port), timeout=20) as raw:
        raw.recv(1000)
        for line in ("EHLO x", f"MAIL FROM:<{MEI}>", f"RCPT TO:<{SUPPORT_ADDRESS}>", "DATA"):
            raw.sendall(f"{line}\r\n".encode())
            raw.recv(1000)
        sent = 0
        with suppress(OSError):
            while sent < 64 * 1024 * 1024:
                raw.sendall(b"x" * 65536)
                sent += 65536
    assert sent < 40 * 1024 * 1024
    assert kept(wallet) == []
    assert [entry.subject for entry in refused_mails(wallet, 1)] == ["customer.example"]


@pytest.mark.parametrize(
    "address",
    [
        "somebody@u-wallet.example",
        "support@elsewhere.example",
        "support@u-wallet.example.elsewhere.example",
        "no-reply@u-wallet.example",
        "mysupport@u-wallet.example",
    ],
)
def test_mail_for_anybody_else_is_not_taken(session: smtplib.SMTP, address: str):
    session.ehlo()
    session.mail(MEI)

    assert session.rcpt(address)[0] == 550


@pytest.mark.parametrize(
    "address", [SUPPORT_ADDRESS, SUPPORT_ADDRESS.upper(), "support+c.abc.def@u-wallet.example"]
)
def test_support_s_own_address_is_known_in_every_form(session: smtplib.SMTP, address: str):
    session.ehlo()
    session.mail(MEI)

    assert session.rcpt(address)[0] == 250


def test_a_bounce_without_a_sender_is_taken_and_waits(session: smtplib.SMTP, mailroom: Mailroom):
    session.sendmail("", [SUPPORT_ADDRESS], mail_of("could not be delivered").as_bytes())
    mailroom.clock.run_due()

    assert [(mail.status, mail.reason) for mail in kept(mailroom.wallet)] == [
        ("quarantined", "bounce")
    ]


def test_bytes_beyond_ascii_and_long_lines_are_taken(session: smtplib.SMTP, mailroom: Mailroom):
    text = "付" * 5000
    content = f"From: {MEI}\r\nSubject: 付款\r\n\r\n{text}\r\n..\r\n.x\r\n".encode("gb18030")
    session.sendmail(MEI, [SUPPORT_ADDRESS], content, mail_options=["BODY=8BITMIME"])
    mailroom.clock.run_due()

    (conversation,) = mailroom.conversations()
    assert conversation.subject == "付款"
    assert mailroom.words(conversation.id)[0].startswith("付" * 100)


def test_a_mail_that_could_not_be_kept_is_not_said_to_be(
    session: smtplib.SMTP, mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch
):
    """The process ends between the last byte and the commit: the sender tries again, and nothing is doubled."""
    mail = mail_of("once")

    def die(*_: Any) -> str:
        raise exc.OperationalError("COMMIT", {}, Exception("gone"))

    monkeypatch.setattr(listener, "receive_mail", die)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        session.send_message(mail)
    assert refused.value.smtp_code == 451
    assert kept(mailroom.wallet) == []

    def keep_and_die(*args: Any) -> str:
        receive_mail(*args)
        raise exc.OperationalError("COMMIT", {}, Exception("gone"))

    monkeypatch.setattr(listener, "receive_mail", keep_and_die)
    with pytest.raises(smtplib.SMTPDataError):
        session.send_message(mail)
    monkeypatch.setattr(listener, "receive_mail", receive_mail)
    session.send_message(mail)
    mailroom.clock.run_due()

    (conversation,) = mailroom.conversations()
    assert mailroom.words(conversation.id) == ["once"]


def test_many_sessions_at_once_are_served_and_too_many_are_turned_away(
    port: int, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(listener, "MOST_SESSIONS", 4)
    opened = [socket.create_connection((HOST, port), timeout=20) for _ in range(6)]
    greetings = [each.recv(1000)[:3] for each in opened]
    for each in opened:
        each.close()

    assert sorted(greetings) == [b"220"] * 4 + [b"421"] * 2
    assert kept(wallet) == []


def test_mails_that_come_at_once_are_all_kept(port: int, wallet: Wallet):
    def send(number: int) -> None:
        with smtplib.SMTP(HOST, port, local_hostname="x.example", timeout=20) as own:
            own.send_message(mail_of(f"mail {number}"))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept(wallet)) == 8


def test_a_port_that_is_taken_is_said_to_be(port: int, wallet: Wallet):
    with (
        pytest.raises(MailPortError, match=f"WALLET_SMTP_LISTEN_PORT={port}"),
        listening(wallet.support, HOST, port),
    ):
        pass
