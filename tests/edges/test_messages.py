"""The carrier's and the mailbox's clients against the world and against servers that do wrong."""

import socket
import time
from typing import Any

import pytest

from app.edges.mail import SmtpMailer
from app.edges.protocols import MailMessage, SmsMessage
from app.edges.results import Answer, Outcome, Problem
from app.edges.sms import HttpSmsCarrier
from tests.edges.conftest import LIMITS
from tests.edges.raw_server import RawServer, Script, answer, drips, says
from tests.world.running import RunningWorld, at_once

TEXT = "您的验证码是 004217，5 分钟内有效。\n.\n请勿告诉他人"


def sms(reference: str = "sms_1") -> SmsMessage:
    return SmsMessage(reference=reference, to="+8613800138000", template="code", text=TEXT)


def mail(reference: str = "mail_1", to: str = "li@example.com") -> MailMessage:
    return MailMessage(
        reference=reference, to=to, template="code", subject="验证码 your code", text=TEXT
    )


def read(result: Answer) -> tuple[Outcome, Problem | None, int | None]:
    return result.outcome, result.problem, result.http_status


@pytest.mark.parametrize(
    ("kind", "outcome", "problem", "status", "arrived"),
    [
        ("connection_refused", Outcome.FAILED, Problem.CONNECTION_REFUSED, None, 0),
        ("reset_before", Outcome.UNKNOWN, Problem.CONNECTION_RESET, None, 0),
        ("reset_after", Outcome.UNKNOWN, Problem.CONNECTION_RESET, None, 1),
        ("hang_before", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None, 0),
        ("hang_after", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None, 1),
        ("drip", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None, 1),
        ("http_503", Outcome.UNKNOWN, Problem.MAINTENANCE, 503, 0),
        ("http_500", Outcome.UNKNOWN, Problem.UNAVAILABLE, 500, 0),
        ("garbage", Outcome.UNKNOWN, Problem.BAD_RESPONSE, 200, 1),
    ],
)
def test_a_disturbed_text_comes_to_its_outcome_and_may_be_sent_again(
    world: RunningWorld,
    carrier: HttpSmsCarrier,
    kind: str,
    outcome: Outcome,
    problem: Problem,
    status: int | None,
    arrived: int,
) -> None:
    world.fault("sms", kind)
    assert read(carrier.send(sms())) == (outcome, problem, status)
    assert len(world.listing("/messages")) == arrived
    assert read(carrier.send(sms())) == (Outcome.SUCCEEDED, None, 202)
    [kept] = world.listing("/messages")
    assert (kept["body"], kept["code"], kept["channel"]) == (TEXT, "004217", "sms")


@pytest.mark.parametrize(
    ("kind", "outcome", "problem", "arrived"),
    [
        ("connection_refused", Outcome.FAILED, Problem.CONNECTION_REFUSED, 0),
        ("reset_before", Outcome.UNKNOWN, Problem.CONNECTION_RESET, 0),
        ("reset_after", Outcome.UNKNOWN, Problem.CONNECTION_RESET, 1),
        ("hang_before", Outcome.UNKNOWN, Problem.READ_TIMEOUT, 0),
        ("hang_after", Outcome.UNKNOWN, Problem.READ_TIMEOUT, 1),
        ("drip", Outcome.UNKNOWN, Problem.READ_TIMEOUT, 1),
    ],
)
def test_a_disturbed_mail_comes_to_its_outcome_and_may_be_sent_again(
    world: RunningWorld,
    mailer: SmtpMailer,
    kind: str,
    outcome: Outcome,
    problem: Problem,
    arrived: int,
) -> None:
    fault = world.fault("email", kind)
    assert read(mailer.send(mail())) == (outcome, problem, None)
    assert world.counters(fault) == (1, 0)
    assert len(world.listing("/messages")) == arrived
    sent = mailer.send(mail())
    assert read(sent) == (Outcome.SUCCEEDED, None, None)
    assert sent.external_id == "<mail_1@u-wallet.example>"
    [kept] = world.listing("/messages")
    assert (kept["body"], kept["code"], kept["channel"]) == (TEXT, "004217", "email")
    assert (kept["subject"], kept["template"]) == ("验证码 your code", "code")
    assert kept["to"] == "li@example.com"


def test_a_delayed_mail_is_accepted_late(world: RunningWorld, mailer: SmtpMailer) -> None:
    world.fault("email", "delay", delay_ms=300)
    sent = mailer.send(mail())
    assert sent.outcome is Outcome.SUCCEEDED
    assert 300 <= sent.latency_ms < 1500


def test_mails_that_hang_hold_up_no_other(world: RunningWorld, mailer: SmtpMailer) -> None:
    world.fault("email", "hang_after", times=12)
    results = at_once(13, lambda number: mailer.send(mail(f"mail_{number}")))
    outcomes = [result.outcome for result in results]
    assert outcomes.count(Outcome.UNKNOWN) == 12
    assert outcomes.count(Outcome.SUCCEEDED) == 1


def test_an_address_beyond_ascii_is_reached(world: RunningWorld, mailer: SmtpMailer) -> None:
    assert mailer.send(mail(to="李@example.com")).outcome is Outcome.SUCCEEDED
    [kept] = world.listing("/messages")
    assert kept["to"] == "李@example.com"


def talks(*replies: bytes, then: Script | None = None) -> Script:
    """An SMTP server that says one reply per line of the client's, and one after the mail."""

    def script(connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        for number, reply in enumerate(replies):
            connection.sendall(reply)
            if number + 1 == len(replies) and then is None:
                return
            while (line := lines.readline()) and in_data(replies[:number], reply, line):
                pass
        if then is not None:
            then(connection)

    return script


def in_data(_before: tuple[bytes, ...], reply: bytes, line: bytes) -> bool:
    """Whether the line is one of the mail's own, and not its final dot."""
    return reply.startswith(b"354") and line != b".\r\n"


GREETING, HELLO, OK, GO = b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"354 go\r\n"
UP_TO_DATA = (GREETING, HELLO, OK, OK, GO)


@pytest.mark.parametrize(
    ("script", "outcome", "problem"),
    [
        (talks(*UP_TO_DATA, OK), Outcome.SUCCEEDED, None),
        (talks(b"554 no\r\n"), Outcome.FAILED, Problem.DECLINED),
        (talks(b"421 closing\r\n"), Outcome.FAILED, Problem.MAINTENANCE),
        (talks(GREETING, HELLO, OK, b"550 who?\r\n"), Outcome.FAILED, Problem.DECLINED),
        (talks(GREETING, HELLO, OK, b"451 later\r\n"), Outcome.FAILED, Problem.UNAVAILABLE),
        (talks(*UP_TO_DATA, b"552 too large\r\n"), Outcome.FAILED, Problem.DECLINED),
        (talks(GREETING, HELLO, OK, b""), Outcome.FAILED, Problem.CONNECTION_RESET),
        (talks(*UP_TO_DATA, b""), Outcome.UNKNOWN, Problem.CONNECTION_RESET),
        (talks(b"HTTP/1.1 400\r\n"), Outcome.FAILED, Problem.BAD_RESPONSE),
        (talks(*UP_TO_DATA, b"what?\r\n"), Outcome.UNKNOWN, Problem.BAD_RESPONSE),
        (talks(b"x" * 20_000 + b"\r\n"), Outcome.FAILED, Problem.DECLINED),
    ],
)
def test_before_the_final_dot_a_failure_is_certain_and_afterwards_unknown(
    script: Script, outcome: Outcome, problem: Problem | None
) -> None:
    with RawServer(script, reads=False) as server:
        result = SmtpMailer(f"smtp://127.0.0.1:{server.port}", limits=LIMITS).send(mail())
    assert read(result) == (outcome, problem, None)


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (drips([b"2", b"2", b"0", b" "] * 3, 0.4), Outcome.FAILED),
        (talks(*UP_TO_DATA, then=drips([b"2", b"5", b"0", b" "] * 3, 0.4)), Outcome.UNKNOWN),
    ],
    ids=["greeting", "after the final dot"],
)
def test_the_deadline_is_total_however_the_replies_drip(script: Script, outcome: Outcome) -> None:
    with RawServer(script, reads=False) as server:
        begun = time.monotonic()
        result = SmtpMailer(f"smtp://127.0.0.1:{server.port}", limits=LIMITS).send(mail())
        took = time.monotonic() - begun
    assert read(result) == (outcome, Problem.READ_TIMEOUT, None)
    assert took < 3  # undisturbed: 4.8 s


def test_a_mailbox_whose_name_cannot_be_resolved_is_a_dns_failure() -> None:
    result = SmtpMailer("smtp://no-such-host.invalid:2525", limits=LIMITS).send(mail())
    assert read(result) == (Outcome.FAILED, Problem.DNS_FAILURE, None)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "smtp://", "127.0.0.1:25"])
def test_an_address_that_is_none_of_smtp_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="not an SMTP address"):
        SmtpMailer(url)


def test_a_header_that_would_break_out_of_its_line_is_refused(mailer: SmtpMailer) -> None:
    with pytest.raises(ValueError, match="Header"):
        mailer.send(mail(to="a@example.com\r\nBcc: b@example.com"))


@pytest.mark.parametrize("document", [b"{}", b'{"id": ""}', b'{"id": 5}'])
def test_a_carrier_that_names_no_id_is_unknown(document: bytes) -> None:
    with RawServer(says(answer(202, document))) as server:
        result: Any = HttpSmsCarrier(server.url, limits=LIMITS).send(sms())
    assert read(result) == (Outcome.UNKNOWN, Problem.BAD_RESPONSE, 202)
