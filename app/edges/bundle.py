"""The four edges that the wallet is wired with, as one thing to hand over."""

from dataclasses import dataclass

from app.edges.protocols import Bank, Gateway, Mailer, SmsCarrier


@dataclass(frozen=True, slots=True)
class Edges:
    """The outside: payment gateway, bank network, SMS carrier and mail."""

    gateway: Gateway
    bank: Bank
    sms: SmsCarrier
    mail: Mailer
