"""The users whose money moves: made by the sandbox's door, signing in again when their session ends."""

import time
from dataclasses import dataclass
from typing import Any

from soak.journal import Answer, Call
from soak.wire import Wire

START_BALANCE = 3_000_000
"""What each begins with, in minor units: enough for hours of small amounts."""
_PATIENCE_SECONDS = 60.0
_AGAIN_SECONDS = 0.2


class NoAnswerError(Exception):
    """The wallet did not do in time what it always must; the message says what."""


@dataclass(slots=True)
class Customer:
    """A user with an active bank card. The passwords are the sandbox's fixed ones."""

    id: str
    identifier: str
    password: str
    transaction_password: str
    card: str
    token: str

    @staticmethod
    def of(document: dict[str, Any]) -> "Customer":
        """From what `POST /sandbox/v1/users` answers."""
        return Customer(
            id=document["user"]["id"],
            identifier=document["identifier"],
            password=document["password"],
            transaction_password=document["transaction_password"],
            card=document["bank_card_id"],
            token=document["access_token"],
        )


def meet_customer(wire: Wire) -> Customer:
    """Have a user made. Raises NoAnswerError."""
    wish = {"balance": START_BALANCE, "bank_card": True, "locale": "en"}
    return Customer.of(dict(insist(wire, "POST", "/sandbox/v1/users", wish).document))


def insist(wire: Wire, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
    """Send until it is acknowledged; for calls that may be sent again. Raises NoAnswerError."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = wire.send(method, path, body)
        if answer.acknowledged:
            return answer
        if answer.refused or time.monotonic() >= deadline:
            raise NoAnswerError(f"{method} {path}: {answer.status} {answer.problem or ''}")
        time.sleep(_AGAIN_SECONDS)


def read(wire: Wire, customer: Customer, path: str) -> dict[str, Any]:
    """GET as the customer, until it is there. Raises NoAnswerError."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = ask(wire, customer, "GET", path)
        if answer.acknowledged:
            return dict(answer.document)
        if answer.refused or time.monotonic() >= deadline:
            raise NoAnswerError(f"GET {path}: {answer.status} {answer.problem or ''}")
        time.sleep(_AGAIN_SECONDS)


def send_call(wire: Wire, customer: Customer, call: Call) -> Answer:
    """Send a journalled call once, with its key and, where it takes one, the transaction password."""
    secret = {"transaction_password": customer.transaction_password} if call.password else {}
    return ask(wire, customer, "POST", call.path, call.body | secret, key=call.key)


def ask(
    wire: Wire,
    customer: Customer,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    key: str | None = None,
) -> Answer:
    """Send once as the customer; where the access token is over, sign in and send it then."""
    keyed = {} if key is None else {"Idempotency-Key": key}
    answer = wire.send(method, path, body, _bearer(customer) | keyed)
    if answer.status == 401 and _sign_in(wire, customer):
        return wire.send(method, path, body, _bearer(customer) | keyed)
    return answer


def _bearer(customer: Customer) -> dict[str, str]:
    return {"Authorization": f"Bearer {customer.token}"}


def _sign_in(wire: Wire, customer: Customer) -> bool:
    who = {"identifier": customer.identifier, "password": customer.password}
    answer = wire.send("POST", "/v1/auth/login", who)
    if answer.acknowledged:
        customer.token = str(answer.document["access_token"])
    return answer.acknowledged
