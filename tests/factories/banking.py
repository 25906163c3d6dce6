"""Card numbers, and cards in whatever state a test begins with."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from stdnum import luhn

from app.banking.bindings import create_ready_card
from app.banking.operations import BankingDependencies
from app.banking.operations.tokenise_card import read_new_card, tokenise_card
from app.core.database import Transaction
from app.core.locale import Text

HOLDER = "张三丰"
PHONE = "+8613800138000"
_numbers = itertools.count(1)


def card_number(prefix: str = "622202", length: int = 19) -> str:
    """A valid number that no other call got."""
    body = prefix + str(next(_numbers)).zfill(length - 1 - len(prefix))
    return body + luhn.calc_check_digit(body)


def new_card_body(number: str | None = None, **changes: object) -> dict[str, object]:
    """The body of `POST /v1/bank-cards`, with the sandbox's transaction password."""
    body: dict[str, object] = {
        "card_number": card_number() if number is None else number,
        "holder_name": HOLDER,
        "phone": PHONE,
        "transaction_password": "246810",
    }
    return body | changes


def ready_card(deps: BankingDependencies, user_id: str, number: str | None = None) -> str:
    """An active card of that user; returns its id."""
    prepared = tokenise_card(deps, read_new_card(number or card_number(), HOLDER, PHONE))
    with deps.database.transaction() as tx:
        return create_ready_card(tx, user_id, prepared)


@dataclass
class Notices:
    """Takes what users are told, as `(user_id, template, values)`."""

    told: list[tuple[str, str, Mapping[str, str | Text]]] = field(default_factory=list)

    def tell(
        self, tx: Transaction, user_id: str, template: str, values: Mapping[str, str | Text]
    ) -> None:
        self.told.append((user_id, template, values))

    def templates_of(self, user_id: str) -> list[str]:
        return [template for owner, template, _ in self.told if owner == user_id]
