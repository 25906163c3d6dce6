"""Users who are signed in and have money, made through the same operations as the sandbox's door."""

from dataclasses import dataclass

from app.auth.operations.create_ready_user import (
    SANDBOX_DEVICE,
    ReadyUserWish,
    create_ready_user,
)
from app.auth.sessions import open_session
from app.core.database import Transaction
from app.factory import Wallet
from app.ledger.accounts import operator_account
from app.ledger.postings import Entry, post
from app.ledger.queries import Wallet as WalletBalance
from app.ledger.queries import wallet_of
from app.ledger.rules import AccountKind, Line, Movement
from tests.client import Answer, Client
from tests.factories.banking import ready_card

PIN = "246810"


@dataclass(frozen=True)
class Person:
    """A signed-in user; `client` speaks for them."""

    wallet: Wallet
    user_id: str
    identifier: str
    client: Client
    card_id: str | None

    @property
    def money(self) -> WalletBalance:
        with self.wallet.database.snapshot() as tx:
            return wallet_of(tx, self.user_id)

    def signed_in_again(self) -> Client:
        """A client with a new session, for when the clock went past the end of the first."""
        with self.wallet.database.transaction() as tx:
            tokens = open_session(tx, self.user_id, SANDBOX_DEVICE)
        return self.client.as_bearer(tokens.access_token)

    def pay(self, amount: int = 1000, *, key: str = "fresh", **changes: object) -> Answer:
        """POST a payment from the balance."""
        return self.client.post("/v1/payments", payment_body(amount, **changes), key=key)


def create_person(wallet: Wallet, *, balance: int = 100_000, card: bool = False) -> Person:
    """A user with that balance, and an active bank card where `card` is set."""

    def fund(tx: Transaction, user_id: str) -> None:
        if balance:
            give_money(tx, user_id, balance)

    ready = create_ready_user(wallet.auth, ReadyUserWish(), fund)
    client = Client(wallet.app.test_client()).as_bearer(ready.tokens.access_token)
    card_id = ready_card(wallet.banking, ready.user.id) if card else None
    return Person(wallet, ready.user.id, ready.identifier, client, card_id)


def give_money(tx: Transaction, user_id: str, amount: int) -> None:
    """Fund a wallet out of nothing, as the sandbox does."""
    funding = operator_account(AccountKind.SANDBOX_FUNDING)
    lines = [Line(wallet_of(tx, user_id).id, amount), Line(funding, -amount)]
    post(tx, Entry(Movement.ADJUSTMENT, "sandbox", user_id, lines, "funding"))


def payment_body(amount: object = 1000, **changes: object) -> dict[str, object]:
    """The body of `POST /v1/payments`: from the balance, to a plain merchant, without a password."""
    body: dict[str, object] = {
        "merchant_id": "mch_star_coffee",
        "amount": amount,
        "currency": "CNY",
        "source": {"type": "balance"},
    }
    return body | changes
