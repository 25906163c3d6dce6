"""What differs between the kinds of instructions: whom to ask, whether to hold, which accounts move, and back."""

from collections.abc import Callable
from dataclasses import dataclass

from app.ledger.accounts import merchant_account, operator_account
from app.ledger.rules import AccountKind, Line, Movement
from app.payments.models import Instruction
from app.payments.rules import Kind, Source

Accounts = Callable[[Instruction, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one kind is carried out. `accounts` gives (from, to) for an instruction and its user's wallet."""

    at_bank: bool
    holds: bool
    direction: str
    movement: Movement
    accounts: Accounts

    def lines(self, instruction: Instruction, wallet_id: str) -> list[Line]:
        """The postings of a success."""
        source, target = self.accounts(instruction, wallet_id)
        return _move(source, target, instruction.amount_minor)

    def refund_lines(
        self, instruction: Instruction, wallet_id: str, amount_minor: int
    ) -> list[Line]:
        """The postings of giving a part of it back: the other way round."""
        source, target = self.accounts(instruction, wallet_id)
        return _move(target, source, amount_minor)

    def late_lines(self, instruction: Instruction) -> list[Line]:
        """The postings of money that moved outside after we had called it failed: nobody's yet, so in suspense."""
        suspense = operator_account(AccountKind.SUSPENSE)
        if self.at_bank:
            bank = operator_account(AccountKind.BANK_CLEARING)
            return _move(suspense, bank, instruction.amount_minor)
        gateway = operator_account(AccountKind.GATEWAY_CLEARING)
        return _move(gateway, suspense, instruction.amount_minor)


def _move(source: str, target: str, amount_minor: int) -> list[Line]:
    return [Line(source, -amount_minor), Line(target, amount_minor)]


def _merchant(instruction: Instruction) -> str:
    return merchant_account(str(instruction.merchant_id))


_PLANS: dict[tuple[str, str], Plan] = {
    (Kind.PAYMENT, Source.BALANCE): Plan(
        at_bank=False,
        holds=True,
        direction="out",
        movement=Movement.PAYMENT,
        accounts=lambda it, wallet: (wallet, _merchant(it)),
    ),
    (Kind.PAYMENT, Source.BANK_CARD): Plan(
        at_bank=False,
        holds=False,
        direction="out",
        movement=Movement.PAYMENT,
        accounts=lambda it, _: (operator_account(AccountKind.GATEWAY_CLEARING), _merchant(it)),
    ),
    (Kind.TOP_UP, Source.BANK_CARD): Plan(
        at_bank=False,
        holds=False,
        direction="in",
        movement=Movement.TOP_UP,
        accounts=lambda _, wallet: (operator_account(AccountKind.GATEWAY_CLEARING), wallet),
    ),
    (Kind.WITHDRAWAL, Source.BALANCE): Plan(
        at_bank=True,
        holds=True,
        direction="out",
        movement=Movement.WITHDRAWAL,
        accounts=lambda _, wallet: (wallet, operator_account(AccountKind.BANK_CLEARING)),
    ),
}


def plan_of(instruction: Instruction) -> Plan:
    """The plan of an instruction's kind and source."""
    return _PLANS[instruction.kind, instruction.source]
