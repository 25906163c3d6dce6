"""Speaking to the sandbox's doors, and to the wallet as a user that they made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.factory import Wallet
from tests.client import Answer, Client

PLAIN_MERCHANT = "mch_star_coffee"


@dataclass(frozen=True)
class SandboxUser:
    """A ready user; `client` speaks for them."""

    client: Client
    made: dict[str, Any]

    @property
    def card_id(self) -> str:
        return str(self.made["bank_card_id"])

    def pay(self, amount: int = 1000, merchant: str = PLAIN_MERCHANT, **changes: Any) -> Answer:
        body = {
            "merchant_id": merchant,
            "amount": amount,
            "currency": "CNY",
            "source": {"type": "balance"},
            "transaction_password": self.made["transaction_password"],
        }
        return self.client.post("/v1/payments", body | changes)

    def move(self, what: str, amount: int = 1000, card_id: str | None = None) -> Answer:
        """A top-up or a withdrawal."""
        body = {
            "bank_card_id": card_id or self.card_id,
            "amount": amount,
            "currency": "CNY",
            "transaction_password": self.made["transaction_password"],
        }
        return self.client.post(f"/v1/{what}", body)


@dataclass(frozen=True)
class Doors:
    """The doors of one wallet."""

    wallet: Wallet

    @property
    def client(self) -> Client:
        """A client of its own, so that threads don't share one."""
        return Client(self.wallet.app.test_client())

    def get(self, path: str, **query: Any) -> Answer:
        return self.client.get(f"/sandbox/v1{path}", **query)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.client.post(f"/sandbox/v1{path}", body)

    def delete(self, path: str) -> Answer:
        return self.client.delete(f"/sandbox/v1{path}")

    def listing(self, path: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body
        data: list[dict[str, Any]] = answer["data"]
        return data

    def user(self, **wish: Any) -> SandboxUser:
        answer = self.post("/users", wish)
        assert answer.status == 201, answer.body
        return SandboxUser(self.client.as_bearer(answer["access_token"]), answer.body)

    def fault(self, target: str, kind: str, **more: Any) -> Answer:
        answer = self.post("/faults", {"target": target, "kind": kind} | more)
        assert answer.status == 201, answer.body
        return answer

    def advance(self, seconds: int) -> list[dict[str, Any]]:
        """Move on; what ran."""
        answer = self.post("/clock/advance", {"seconds": seconds})
        assert answer.status == 200, answer.body
        ran: list[dict[str, Any]] = answer["ran"]
        return ran

    def check(self) -> None:
        """All invariants hold."""
        answer = self.get("/invariants")
        assert answer.status == 200, answer.body
        assert answer["ok"], [check for check in answer["checks"] if not check["ok"]]


def bound_card(doors: Doors, user: SandboxUser, number: str) -> str:
    """Bind a card as its holder does: the deposit is read off the bank's statement."""
    body = {
        "card_number": number,
        "holder_name": "张三丰",
        "phone": "+8613800138000",
        "transaction_password": "246810",
    }
    card = user.client.post("/v1/bank-cards", body)
    assert card.status == 201, card.body
    doors.advance(1)
    deposit = doors.listing("/bank-statements", card_number=number)[0]
    assert deposit["direction"] == "credit"
    confirmed = user.client.post(
        f"/v1/bank-cards/{card['id']}/confirm", {"amount": deposit["amount"]}
    )
    assert confirmed.status == 200, confirmed.body
    return str(card["id"])


@contextmanager
def another_gateway(doors: Doors, gateway: object) -> Iterator[None]:
    """Have the wallet's payments go through another gateway for a while."""
    payments = doors.wallet.payments
    before = payments.gateway
    object.__setattr__(payments, "gateway", gateway)  # frozen for everybody else
    try:
        yield
    finally:
        object.__setattr__(payments, "gateway", before)
