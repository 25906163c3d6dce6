"""Rules about the edges themselves: secrets stay unsaid, protocols are kept, the unconfigured say so."""

import dataclasses

import pytest

from app.edges.bank import HttpBank
from app.edges.gateway import HttpGateway
from app.edges.mail import SmtpMailer
from app.edges.protocols import (
    Bank,
    CardDetails,
    CardSource,
    Deposit,
    Gateway,
    Mailer,
    MailMessage,
    Payout,
    SmsCarrier,
    SmsMessage,
    TokenisedCard,
)
from app.edges.refusals import RefusalReporter
from app.edges.results import Answer, Finding, FindingState, Outcome, Problem
from app.edges.sms import HttpSmsCarrier
from app.edges.unconfigured import (
    UnconfiguredBank,
    UnconfiguredGateway,
    UnconfiguredMailer,
    UnconfiguredSmsCarrier,
)

SECRET = "4929-secret"
SECRETIVE = [
    CardDetails(SECRET, SECRET, SECRET),
    TokenisedCard(SECRET),
    CardSource(SECRET, "0009"),
    Payout("att_1", SECRET, "usr_1", "0009", 1, "CNY"),
    Deposit("att_1", SECRET, "usr_1", "0009", 1, "CNY", "check"),
    SmsMessage("sms_1", "+8613800138000", "code", SECRET),
    MailMessage("mail_1", "a@example.com", "code", "subject", SECRET),
]


@pytest.mark.parametrize("value", SECRETIVE, ids=lambda value: type(value).__name__)
def test_secrets_are_in_no_repr(value: object) -> None:
    assert SECRET in str(dataclasses.astuple(value))  # type: ignore[call-overload]
    assert SECRET not in repr(value)
    assert SECRET not in f"{value}"


def test_the_clients_keep_the_protocols() -> None:
    url = "http://127.0.0.1:9"
    gateways: list[Gateway] = [HttpGateway(url), UnconfiguredGateway()]
    banks: list[Bank] = [HttpBank(url), UnconfiguredBank()]
    carriers: list[SmsCarrier] = [HttpSmsCarrier(url), UnconfiguredSmsCarrier()]
    mailers: list[Mailer] = [SmtpMailer("smtp://127.0.0.1:9"), UnconfiguredMailer()]
    assert all((gateways, banks, carriers, mailers))  # mypy has done the work


def test_an_edge_without_an_address_fails_every_call_and_learns_nothing() -> None:
    charge = UnconfiguredGateway().charge(None)  # type: ignore[arg-type]
    assert charge == Answer(Outcome.FAILED, Problem.NOT_CONFIGURED, None, None, 0)
    finding = UnconfiguredBank().inquire("att_1")
    assert finding == Finding(FindingState.UNKNOWN, Problem.NOT_CONFIGURED, None, None, 0)


def test_a_refusal_that_nobody_hears_of_harms_nobody() -> None:
    RefusalReporter("http://127.0.0.1:9", "gateway")()
