"""What the wallet can ask of the outside, and in which shape. The clients are in the other files.

No method raises for what the outside does: refusals, silence and garbage are results. Amounts are
integers in minor units, currencies ISO 4217, references our own ids. Calls that act are idempotent
by reference. Card numbers, card tokens, personal details and message texts stay out of `repr`,
hence out of logs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.edges.results import Answer, Finding, Settlements


@dataclass(frozen=True, slots=True)
class BalanceSource:
    """The user pays from the wallet's balance; the gateway is told of it."""


@dataclass(frozen=True, slots=True)
class CardSource:
    """The user pays with a bound bank card: the bank's token and the last four digits."""

    token: str = field(repr=False)
    last4: str


@dataclass(frozen=True, slots=True)
class Charge:
    """Take `amount_minor` from `source` for a merchant; `merchant_id` is None for a top-up."""

    reference: str
    amount_minor: int
    currency: str
    user_id: str
    merchant_id: str | None
    source: BalanceSource | CardSource
    description: str


@dataclass(frozen=True, slots=True)
class Refund:
    """Give back `amount_minor` of the charge that we called `charge_reference`."""

    reference: str
    charge_reference: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CardDetails:
    """What the bank needs once to make a token. Stored nowhere on our side."""

    card_number: str = field(repr=False)
    holder_name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenisedCard:
    """The bank accepted the card: `token` stands for it from now on."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payout:
    """Send `amount_minor` to the bank card behind `token` (a withdrawal)."""

    reference: str
    token: str = field(repr=False)
    user_id: str
    card_last4: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """Put a micro-deposit on the card; `description` is what its holder reads on the statement."""

    reference: str
    token: str = field(repr=False)
    user_id: str
    card_last4: str
    amount_minor: int
    currency: str
    description: str


@dataclass(frozen=True, slots=True)
class DepositReversal:
    """Claw back the deposit that we called `deposit_reference`."""

    reference: str
    deposit_reference: str


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """One text to one E.164 number; `template` names what kind of message it is."""

    reference: str
    to: str
    template: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One plain-text mail to one address; `reference` makes its Message-ID, so repeats are seen.

    `headers` are added to its own, or stand in place of them (`From`).
    """

    reference: str
    to: str
    template: str
    subject: str
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Gateway(Protocol):
    """The payment gateway: payments and top-ups."""

    def charge(self, charge: Charge) -> Answer:
        """Take the money. Declined (with why) or cancelled before: failed."""
        ...

    def inquire(self, reference: str) -> Finding:
        """What became of the charge `reference`. A refunded one was done."""
        ...

    def cancel(self, reference: str) -> Finding:
        """Make sure that `reference` is never charged; `done` where it was (nothing is undone)."""
        ...

    def refund(self, refund: Refund) -> Answer:
        """Give money of a captured charge back; refused beyond what was captured."""
        ...

    def settlements(self) -> Settlements:
        """The gateway's book of what it took, with what was given back of it."""
        ...


class Bank(Protocol):
    """The bank network: card tokens, withdrawals and micro-deposits."""

    def tokenise(self, card: CardDetails) -> TokenisedCard | Answer:
        """A token, or the answer that says why there is none (never a succeeded one)."""
        ...

    def payout(self, payout: Payout) -> Answer:
        """Send money to the card."""
        ...

    def deposit(self, deposit: Deposit) -> Answer:
        """Put a micro-deposit on the card."""
        ...

    def reverse_deposit(self, reversal: DepositReversal) -> Answer:
        """Claw a deposit back.

        Failed as `cancelled` where the bank never saw the deposit: it will not come any more, and
        there is nothing to claw back.
        """
        ...

    def inquire(self, reference: str) -> Finding:
        """What became of the payout, deposit or reversal `reference`."""
        ...

    def cancel(self, reference: str) -> Finding:
        """Make sure that this payout or deposit never happens; `done` where it did already."""
        ...

    def settlements(self) -> Settlements:
        """The bank's book of payouts, deposits and reversals that took place."""
        ...


class SmsCarrier(Protocol):
    """Sends texts."""

    def send(self, message: SmsMessage) -> Answer:
        """Hand the text over; succeeded means accepted for delivery."""
        ...


class Mailer(Protocol):
    """Sends mail."""

    def send(self, message: MailMessage) -> Answer:
        """Hand the mail over; succeeded means accepted for delivery."""
        ...
