"""Kinds of accounts and movements, and what makes a set of postings acceptable. Pure.

Amounts are signed integers in minor units. Seen from the wallet's operator, what we owe is positive and what we own is
negative: a user's balance is positive, and a transaction's postings always sum to zero per currency.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    """Whose money an account stands for."""

    USER_WALLET = "user_wallet"
    MERCHANT = "merchant"
    GATEWAY_CLEARING = "gateway_clearing"
    BANK_CLEARING = "bank_clearing"
    SANDBOX_FUNDING = "sandbox_funding"
    MICRO_DEPOSITS = "micro_deposits"
    GOODWILL = "goodwill"
    SUSPENSE = "suspense"


class Movement(StrEnum):
    """Why money moved; the types that `GET /v1/wallet/entries` shows (contract, section 4) and our own."""

    PAYMENT = "payment"
    REFUND = "refund"
    TRANSFER = "transfer"
    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"
    ADJUSTMENT = "adjustment"
    MICRO_DEPOSIT = "micro_deposit"
    CLAW_BACK = "claw_back"
    LATE_SUCCESS = "late_success"
    REVERSAL = "reversal"


class HoldStatus(StrEnum):
    """A hold is open until it is captured or released, once."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Line:
    """One posting to be: a signed amount for an account."""

    account_id: str
    amount_minor: int


class UnbalancedError(ValueError):
    """A set of postings that must not be recorded; always a mistake of ours."""


def check_balanced(lines: Sequence[Line]) -> None:
    """Two lines or more, none of zero, no account twice, summing to zero. Raises UnbalancedError."""
    accounts = Counter(line.account_id for line in lines)
    if len(lines) < 2 or max(accounts.values()) > 1:
        raise UnbalancedError("a transaction has two lines or more, one per account")
    if any(line.amount_minor == 0 for line in lines):
        raise UnbalancedError("a line moves something")
    if sum(line.amount_minor for line in lines) != 0:
        raise UnbalancedError("the lines do not sum to zero")


_SHOWN_AS = {Movement.REVERSAL: Movement.ADJUSTMENT}


def entry_type(movement: str, amount_minor: int) -> str:
    """The type shown to a user: a transfer is `transfer_in` or `transfer_out` by its sign, a reversal an adjustment."""
    if movement == Movement.TRANSFER:
        return "transfer_in" if amount_minor > 0 else "transfer_out"
    return _SHOWN_AS.get(Movement(movement), movement)
