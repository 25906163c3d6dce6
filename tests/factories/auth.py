"""Customers with their phone and mailbox, and the steps that they take before they are signed in."""

import re
from dataclasses import dataclass, field
from itertools import count

from app.auth.identifiers import parse_identifier
from app.auth.operations.create_ready_user import ReadyUserWish, create_ready_user
from app.factory import Wallet
from tests.client import Answer, Client
from tests.conftest import Clock, Outside

PASSWORD = "Sandbox-pass-1"
NEW_PASSWORD = "Orchid-river-42"
PIN = "246810"
NEW_PIN = "305917"
_numbers = count(1)


def a_phone() -> str:
    return f"+86137{next(_numbers):08d}"


def an_email() -> str:
    return f"li.{next(_numbers)}@example.test"


@dataclass
class Inbox:
    """What arrived on phones and in mailboxes, once the due messages are sent."""

    outside: Outside
    clock: Clock

    def texts(self, to: str) -> list[str]:
        """The words of every message to a destination, oldest first."""
        self.clock.run_due()
        sent = [*self.outside.sms.sent, *self.outside.mail.sent]
        return [message.text for message in sent if message.to == to]

    def templates(self, to: str) -> list[str]:
        self.clock.run_due()
        sent = [*self.outside.sms.sent, *self.outside.mail.sent]
        return [message.template for message in sent if message.to == to]

    def code(self, to: str) -> str:
        """The newest code that was sent to a destination."""
        codes = [found for text in self.texts(to) for found in re.findall(r"[0-9]{6}", text)]
        assert codes, f"no code was sent to {to}"
        return str(codes[-1])


@dataclass
class Visitor:
    """Somebody with a phone or a mailbox who isn't signed in."""

    client: Client
    inbox: Inbox

    def ask(self, purpose: str, identifier: str) -> Answer:
        body = {"purpose": purpose, "identifier": identifier}
        return self.client.post("/v1/auth/verifications", body)

    def confirm(self, verification_id: str, code: str) -> Answer:
        path = f"/v1/auth/verifications/{verification_id}/confirm"
        return self.client.post(path, {"code": code})

    def resend(self, verification_id: str) -> Answer:
        return self.client.post(f"/v1/auth/verifications/{verification_id}/resend")

    def token(self, purpose: str, identifier: str) -> str:
        """Ask for a code, read it, confirm it."""
        asked = self.ask(purpose, identifier)
        assert asked.status == 202, asked.body
        confirmed = self.confirm(asked["id"], self.inbox.code(identifier))
        assert confirmed.status == 200, confirmed.body
        return str(confirmed["verification_token"])

    def register(self, identifier: str, password: str = PASSWORD, **changes: str) -> Answer:
        """Register with a code that is asked for and read, unless a token is among the `changes`."""
        body = {
            "password": password,
            "password_confirmation": password,
            "display_name": "李雷",
        } | changes
        if "verification_token" not in body:
            body["verification_token"] = self.token("register", identifier)
        return self.client.post("/v1/auth/register", body)

    def log_in(self, identifier: str, password: str = PASSWORD, **device: str) -> Answer:
        body: dict[str, object] = {"identifier": identifier, "password": password}
        if device:
            body["device"] = device
        return self.client.post("/v1/auth/login", body)

    def reset(self, token: str, password: str = NEW_PASSWORD, **changes: str) -> Answer:
        body = {
            "verification_token": token,
            "new_password": password,
            "new_password_confirmation": password,
        }
        return self.client.post("/v1/auth/password-resets", body | changes)

    def refresh(self, refresh_token: str) -> Answer:
        return self.client.post("/v1/auth/refresh", {"refresh_token": refresh_token})


@dataclass
class Customer:
    """A signed-in user; `client` speaks for one session of theirs."""

    id: str
    phone: str | None
    email: str | None
    client: Client
    refresh_token: str = field(repr=False)

    def on_another_device(self, visitor: Visitor, password: str = PASSWORD) -> Client:
        signed_in = visitor.log_in(self.phone or self.email or "", password, name="Tablet")
        assert signed_in.status == 200, signed_in.body
        return self.client.as_bearer(signed_in["access_token"])

    def set_pin(self, **body: str) -> Answer:
        """PUT the transaction password; NEW_PIN twice unless `body` says otherwise."""
        twice = {"transaction_password": NEW_PIN, "transaction_password_confirmation": NEW_PIN}
        return self.client.put("/v1/auth/transaction-password", twice | body)

    def change_password(self, current: str = PASSWORD, new: str = NEW_PASSWORD) -> Answer:
        body = {
            "current_password": current,
            "new_password": new,
            "new_password_confirmation": new,
        }
        return self.client.put("/v1/auth/password", body)


def create_customer(wallet: Wallet, *, phone: bool = True, email: bool = True) -> Customer:
    """A ready user with a phone number, an e-mail address or both, signed in."""
    wish = ReadyUserWish(
        phone=parse_identifier(a_phone()) if phone else None,
        email=parse_identifier(an_email()) if email else None,
    )
    ready = create_ready_user(wallet.auth, wish)
    client = Client(wallet.app.test_client()).as_bearer(ready.tokens.access_token)
    return Customer(
        ready.user.id, ready.user.phone, ready.user.email, client, ready.tokens.refresh_token
    )
