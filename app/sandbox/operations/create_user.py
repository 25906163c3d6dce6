"""A ready user: signed in, with money, and with a bank card where one is wished for."""

import secrets
from dataclasses import dataclass
from typing import Final

from stdnum import luhn

from app.auth.operations.create_ready_user import ReadyUser, ReadyUserWish, create_ready_user
from app.banking.bindings import create_ready_card
from app.banking.operations.tokenise_card import read_new_card, tokenise_card
from app.core.database import Transaction
from app.ledger.accounts import operator_account
from app.ledger.postings import Entry, post
from app.ledger.queries import wallet_of
from app.ledger.rules import AccountKind, Line, Movement
from app.sandbox.operations import SandboxDependencies
from app.sandbox.rules import DEFAULT_BALANCE
from app.sandbox.triggers import EMPTY_WALLET, effects_of

_CARD_PREFIX: Final = "622202"  # ICBC, debit
_CARD_LENGTH: Final = 19
_CARD_HOLDER: Final = "Sandbox User"
_CARD_PHONE: Final = "+8613800138000"


@dataclass(frozen=True, slots=True)
class SandboxUser:
    """The user, and the id of the active card if one was wished for."""

    ready: ReadyUser
    bank_card_id: str | None


def create_user(
    deps: SandboxDependencies, wish: ReadyUserWish, balance_minor: int | None, *, bank_card: bool
) -> SandboxUser:
    """Make the user, the funding and the card in one transaction, after asking the bank for a token.

    `balance_minor` None means 100000, or nothing for an identifier that brings an empty wallet. Raises what
    `create_ready_user` raises; for the card BANK_UNAVAILABLE, or CARD_NOT_ELIGIBLE where a fault has the bank refuse.
    """
    balance = _balance(wish) if balance_minor is None else balance_minor
    number = read_new_card(_made_up_number(), _CARD_HOLDER, _CARD_PHONE) if bank_card else None
    card = None if number is None else tokenise_card(deps.banking, number)

    def also(tx: Transaction, user_id: str) -> None:
        if balance:
            _fund(tx, user_id, balance)
        if card is not None:
            create_ready_card(tx, user_id, card)

    ready = create_ready_user(deps.auth, wish, also)
    return SandboxUser(ready, None if card is None else card.id)


def _balance(wish: ReadyUserWish) -> int:
    identifiers = [each.value for each in (wish.phone, wish.email) if each is not None]
    return 0 if EMPTY_WALLET in effects_of(identifiers) else DEFAULT_BALANCE


def _fund(tx: Transaction, user_id: str, balance_minor: int) -> None:
    lines = (
        Line(operator_account(AccountKind.SANDBOX_FUNDING), -balance_minor),
        Line(wallet_of(tx, user_id).id, balance_minor),
    )
    entry = Entry(
        movement=Movement.ADJUSTMENT,
        reference_type="user",
        reference_id=user_id,
        lines=lines,
        description="Sandbox funding",
    )
    post(tx, entry)


def _made_up_number() -> str:
    """A valid number; so many are possible that none comes twice, and none is a trigger (those have zeros)."""
    digits = _CARD_LENGTH - len(_CARD_PREFIX) - 1
    body = f"{_CARD_PREFIX}9{secrets.randbelow(10 ** (digits - 1)):0{digits - 1}d}"
    return body + str(luhn.calc_check_digit(body))
