"""The tour's users, and the requests that they make."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from demo.client import Answer, Request


def anybody(method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Request:
    """A request without a login."""
    return Request(method, path, body, query)


@dataclass(frozen=True, slots=True)
class User:
    """A user of the wallet, signed in, with the secrets that only a sandbox hands out."""

    id: str
    phone: str
    email: str
    password: str = field(repr=False)
    transaction_password: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def of(cls, made: Answer) -> "User":
        """The user that `POST /sandbox/v1/users` has made. Raises MissingFieldError."""
        return cls(
            id=made["user.id"],
            phone=made["user.phone"],
            email=made["user.email"],
            password=made["password"],
            transaction_password=made["transaction_password"],
            token=made["access_token"],
        )

    def get(self, path: str, **query: str) -> Request:
        """Read something of one's own."""
        return Request("GET", path, query=query, token=self.token)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Request:
        """Change something; header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Request("POST", path, body, headers=named, token=self.token)

    def move_money(
        self, path: str, body: Mapping[str, Any] | None = None, key: str | None = None
    ) -> Request:
        """A call that moves money, under an idempotency key of its own unless one is given."""
        return self.post(path, body, Idempotency_Key=key or new_key())

    def pay(self, merchant_id: str, amount: int, key: str | None = None, **more: Any) -> Request:
        """A payment of `amount` fen, from the balance unless `source` names a card."""
        body = {
            "merchant_id": merchant_id,
            "amount": amount,
            "currency": "CNY",
            "source": {"type": "balance"},
        }
        return self.move_money("/v1/payments", body | more, key)


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of the support desk, signed in."""

    id: str
    email: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def of(cls, made: Answer) -> "Agent":
        """The agent that `POST /sandbox/v1/agents` has made. Raises MissingFieldError."""
        return cls(
            id=made["agent.id"],
            email=made["email"],
            password=made["password"],
            totp_secret=made["totp_secret"],
            token=made["access_token"],
        )

    def get(self, path: str, because: str | None = None, **query: str) -> Request:
        """Read something of the desk; a customer's data only with a reason."""
        return Request("GET", path, query=query, headers=_reason(because), token=self.token)

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        because: str | None = None,
        key: str | None = None,
    ) -> Request:
        """Do something at the desk; what moves money has a `key`."""
        named = {} if key is None else {"Idempotency-Key": key}
        return Request("POST", path, body, headers=_reason(because) | named, token=self.token)


def _reason(because: str | None) -> dict[str, str]:
    return {} if because is None else {"X-Access-Reason": quote(because)}


def new_key() -> str:
    """An idempotency key that nobody has used."""
    return f"tour-{secrets.token_hex(8)}"
