"""What customers do with money: one table of errands, each a call made up by a seeded choice.

Each movement carries a mark by which it is found in the wallet's lists, whatever id it got there: a payment its key as
the merchant's order number, a transfer its key as the note, a top-up or withdrawal an amount that this user moves once.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from soak.customers import Customer
from soak.journal import Call

PAYMENT, RETRY, TRANSFER, TOP_UP, WITHDRAWAL = (
    "payment",
    "retry",
    "transfer",
    "top_up",
    "withdrawal",
)
MERCHANTS = ("mch_star_coffee", "mch_book_house", "mch_fresh_market", "mch_city_metro")
# Magic merchants that are over quickly (contract, section 9, triggers); the slow ones are made by faults.
MAGIC_MERCHANTS = ("mch_test_reset_after", "mch_test_gateway_declined", "mch_test_connection_reset")
_PASSWORD_FREE = 0.2
_MORE_THAN_ANYBODY_HAS = 4_900_000


@dataclass(slots=True)
class Chooser:
    """One customer's choices: the same seed makes the same ones as long as the answers are the same.

    `retryable` are the payments that failed and may be tried again.
    """

    customer: Customer
    others: Sequence[Customer]
    chance: random.Random
    made: int = 0
    retryable: list[str] = field(default_factory=list)

    def next(self) -> Call:
        """The next call. Only a failed payment can be retried; without one a payment is made."""
        self.made += 1
        errand = self.chance.choices(list(_ERRANDS), weights=list(_ERRANDS.values()))[0]
        return errand(self)

    def remember(self, call: Call) -> None:
        """Take note of how a call ended, for a later retry."""
        last = call.answers[-1].document if call.answers else {}
        if call.kind == PAYMENT and last.get("status") == "failed":
            self.retryable.append(str(last["id"]))

    def amount(self, most: int = 2000) -> int:
        """A small amount in fen."""
        return self.chance.randint(1, most)

    def call(self, kind: str, path: str, body: dict[str, Any], amount: int, **more: Any) -> Call:
        """A call with a key of its own; `mark` is the key unless it is given."""
        key = f"{self.customer.id}-{self.made}"
        more.setdefault("mark", key)
        money = {"amount": amount, "currency": "CNY"}
        return Call(
            key=key,
            kind=kind,
            user=self.customer.id,
            path=path,
            body=_marked(kind, money | body, key),
            amount=amount,
            **more,
        )

    def gives_password(self) -> bool:
        """Usually; small amounts pass without, up to a sum a day."""
        return self.chance.random() >= _PASSWORD_FREE


def _marked(kind: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    field_of_mark = {PAYMENT: "merchant_order_no", TRANSFER: "note"}.get(kind)
    return body if field_of_mark is None else body | {field_of_mark: key}


def _pay(chooser: Chooser, merchants: Sequence[str], *, card: bool = False) -> Call:
    customer = chooser.customer
    source = {"type": "bank_card", "id": customer.card} if card else {"type": "balance"}
    body = {"merchant_id": chooser.chance.choice(merchants), "source": source}
    amount = chooser.amount()
    password = chooser.gives_password()
    return chooser.call(PAYMENT, "/v1/payments", body, amount, card=card, password=password)


def _pay_from_balance(chooser: Chooser) -> Call:
    return _pay(chooser, MERCHANTS)


def _pay_by_card(chooser: Chooser) -> Call:
    return _pay(chooser, MERCHANTS, card=True)


def _pay_magic_merchant(chooser: Chooser) -> Call:
    return _pay(chooser, MAGIC_MERCHANTS, card=chooser.chance.random() < 0.3)


def _retry(chooser: Chooser) -> Call:
    if not chooser.retryable:
        return _pay_from_balance(chooser)
    payment = chooser.retryable.pop(0)
    key = f"{chooser.customer.id}-{chooser.made}"
    return Call(
        key=key,
        kind=RETRY,
        user=chooser.customer.id,
        path=f"/v1/payments/{payment}/retry",
        body={},
        mark=payment,
        subject=payment,
        password=True,
    )


def _transfer(chooser: Chooser, amount: int) -> Call:
    other = chooser.chance.choice(chooser.others)
    body = {"recipient": {"user_id": other.id}}
    password = amount == _MORE_THAN_ANYBODY_HAS or chooser.gives_password()
    return chooser.call(TRANSFER, "/v1/transfers", body, amount, other=other.id, password=password)


def _transfer_some(chooser: Chooser) -> Call:
    return _transfer(chooser, chooser.amount())


def _transfer_too_much(chooser: Chooser) -> Call:
    return _transfer(chooser, _MORE_THAN_ANYBODY_HAS)


def _card_movement(chooser: Chooser, kind: str, path: str) -> Call:
    # An amount that comes once per user: it is all that such a movement can be told by.
    amount = 100 + chooser.made
    body = {"bank_card_id": chooser.customer.card}
    return chooser.call(kind, path, body, amount, mark=str(amount), password=True)


def _top_up(chooser: Chooser) -> Call:
    return _card_movement(chooser, TOP_UP, "/v1/top-ups")


def _withdraw(chooser: Chooser) -> Call:
    return _card_movement(chooser, WITHDRAWAL, "/v1/withdrawals")


def _ask_the_impossible(chooser: Chooser) -> Call:
    """A call that must be refused, whatever state the wallet is in."""
    call = _pay_from_balance(chooser)
    call.body |= chooser.chance.choice(
        (
            {"amount": 0},
            {"amount": 5_000_001},
            {"amount": "5"},
            {"currency": "EUR"},
            {"merchant_id": "mch_nobody"},
            {"source": {"type": "bank_card", "id": "card_nobodys"}},
            {"colour": "green"},
        )
    )
    return call


_ERRANDS: dict[Callable[[Chooser], Call], int] = {
    _pay_from_balance: 34,
    _pay_by_card: 12,
    _pay_magic_merchant: 4,
    _retry: 6,
    _transfer_some: 20,
    _transfer_too_much: 2,
    _top_up: 9,
    _withdraw: 9,
    _ask_the_impossible: 4,
}
"""How often of a hundred."""
