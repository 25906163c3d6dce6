"""A customer's whole life over HTTP, through a running server, with every secret of it collected on the way."""

import base64
import json
import secrets as random
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx2
from stdnum import luhn

from tests.factories.webhooks import Receiver
from tests.journeys.server import Server, until
from tests.security.secrets import Secrets

GATEWAY_SECRET = "whsec_" + base64.b64encode(random.token_bytes(32)).decode()
BANK_SECRET = "whsec_" + base64.b64encode(random.token_bytes(32)).decode()
SECRET_KEY = random.token_urlsafe(48)
SETTINGS = {
    "WALLET_SECRET_KEY": SECRET_KEY,
    "WALLET_GATEWAY_CALLBACK_SECRET": GATEWAY_SECRET,
    "WALLET_BANK_CALLBACK_SECRET": BANK_SECRET,
}


def random_card_number() -> str:
    """A valid one whose middle digits are nobody else's, nor a time's or an amount's."""
    body = "622202" + "".join(random.choice("0123456789") for _ in range(12))
    return body + luhn.calc_check_digit(body)


def random_pin() -> str:
    """Six digits that keep the rules: no runs, no repeats."""
    return "".join(random.SystemRandom().sample("1357924680", 6))


def random_password() -> str:
    return f"Kiwi-{random.token_urlsafe(12)}-7"


@dataclass
class Life:
    """One customer at one server. `refused` keeps every answer of 400 and more: none may repeat a secret."""

    server: Server
    known: Secrets = field(default_factory=Secrets)
    refused: list[httpx2.Response] = field(default_factory=list)
    token: str = ""

    def __post_init__(self) -> None:
        for name, secret in SETTINGS.items():
            self.known.add(name, secret)

    def call(self, method: str, path: str, body: Any = None, *, status: int, **told: str) -> Any:
        """One request as the customer; the answer must have that status."""
        if self.token:
            told.setdefault("Authorization", f"Bearer {self.token}")
        answer = self.server.call(method, path, body, **told)
        assert answer.status_code == status, (method, path, answer.text)
        if status >= 400:
            self.refused.append(answer)
        return answer.json() if answer.content else None

    def live(self) -> None:
        """All of it, in order."""
        self.register()
        self.change_passwords()
        self.bind_a_card()
        self.move_money()
        self.be_refused()
        self.recover()
        self.agents()

    def code(self, identifier: str) -> str:
        """The code that was sent there since the inbox was emptied, among other messages perhaps."""
        path = f"/sandbox/v1/messages?to={identifier.replace('+', '%2B')}"
        codes: list[str] = []

        def arrived() -> bool:
            data = self.server.call("GET", path).json()["data"]
            codes.extend(it["code"] for it in data if it["code"])
            return bool(codes)

        until(arrived)
        return self.known.add("code", codes[0])

    def proof(self, purpose: str, identifier: str) -> str:
        """A verification token; the code is mistyped once on the way."""
        self.server.call("DELETE", "/sandbox/v1/messages")  # or an older code is read
        wanted = {"purpose": purpose, "identifier": identifier}
        asked = self.call("POST", "/v1/auth/verifications", wanted, status=202)
        path = f"/v1/auth/verifications/{asked['id']}/confirm"
        code = self.code(identifier)
        wrong = self.known.add("wrong code", str((int(code) + 1) % 1_000_000).zfill(6))
        self.call("POST", path, {"code": wrong}, status=422)
        confirmed = self.call("POST", path, {"code": code}, status=200)
        return self.known.add("verification token", confirmed["verification_token"])

    def register(self) -> None:
        self.phone = "+86139" + "".join(random.choice("0123456789") for _ in range(8))
        self.password = self.known.add("password", random_password())
        weak = self.known.add("weak password", "12345678")
        proof = self.proof("register", self.phone)
        for password, status in ((weak, 422), (self.password, 201)):
            body = {
                "verification_token": proof,
                "password": password,
                "password_confirmation": password,
                "display_name": "李雷",
            }
            self.call("POST", "/v1/auth/register", body, status=status)
        self.call("POST", "/v1/auth/password-checks", {"password": self.password}, status=200)
        self.log_in()

    def log_in(self) -> None:
        mistyped = self.known.add("mistyped password", self.password + "x")
        who = {"identifier": self.phone, "password": mistyped}
        self.token = ""
        self.call("POST", "/v1/auth/login", who, status=401)
        pair = self.call("POST", "/v1/auth/login", who | {"password": self.password}, status=200)
        newer = self.refresh(pair)
        self.refresh(pair, status=401)  # used again, which ends the session
        assert newer is not None
        pair = self.call("POST", "/v1/auth/login", who | {"password": self.password}, status=200)
        self._keep(pair)
        self.token = pair["access_token"]

    def refresh(self, pair: dict[str, str], status: int = 200) -> Any:
        self._keep(pair)
        body = {"refresh_token": pair["refresh_token"]}
        newer = self.call("POST", "/v1/auth/refresh", body, status=status)
        if status == 200:
            self._keep(newer)
        return newer

    def _keep(self, pair: dict[str, str]) -> None:
        self.known.add("access token", pair["access_token"])
        self.known.add("refresh token", pair["refresh_token"])

    def change_passwords(self) -> None:
        self.pin = self.known.add("transaction password", random_pin())
        path = "/v1/auth/transaction-password"
        first = {"password": self.password, **self._twice(self.pin)}
        self.call("PUT", path, first, status=204)
        newer = self.known.add("transaction password", random_pin())
        change = {"current_transaction_password": self.pin, **self._twice(newer)}
        self.call("PUT", path, change, status=204)
        self.pin = newer
        password = self.known.add("password", random_password())
        body = {
            "current_password": self.password,
            "new_password": password,
            "new_password_confirmation": password,
        }
        self.call("PUT", "/v1/auth/password", body, status=204)
        self.password = password
        self.email = f"{uuid.uuid4().hex}@example.test"
        added = {
            "verification_token": self.proof("add_identifier", self.email),
            "password": self.password,
        }
        self.call("POST", "/v1/me/identifiers", added, status=200)

    def _twice(self, pin: str) -> dict[str, str]:
        return {"transaction_password": pin, "transaction_password_confirmation": pin}

    def bind_a_card(self) -> None:
        number = self.known.add_card_number(random_card_number())
        body = {"card_number": number, "holder_name": "李雷", "phone": self.phone}
        wrong = self.known.add("wrong transaction password", random_pin())
        self.call("POST", "/v1/bank-cards", body | {"transaction_password": wrong}, status=403)
        body["transaction_password"] = self.pin
        bad = number[:-1] + str((int(number[-1]) + 1) % 10)
        self.known.add("card number", bad)
        self.call("POST", "/v1/bank-cards", body | {"card_number": bad}, status=422)
        self.call("POST", "/v1/bank-cards", body | {"cvv": "123"}, status=422)
        card = self.call("POST", "/v1/bank-cards", body, status=201, Idempotency_Key="bind")
        self.call("POST", "/v1/bank-cards", body, status=201, Idempotency_Key="bind")
        self.server.advance(2)
        path = f"/sandbox/v1/bank-statements?card_number={number}"
        deposit = self.server.call("GET", path).json()["data"][0]
        confirm = f"/v1/bank-cards/{card['id']}/confirm"
        self.call("POST", confirm, {"amount": deposit["amount"]}, status=200)
        self.card = card["id"]

    def move_money(self) -> None:
        movement = {
            "bank_card_id": self.card,
            "amount": 50_000,
            "currency": "CNY",
            "transaction_password": self.pin,
        }
        for _ in range(2):  # the second is a replay
            self.call("POST", "/v1/top-ups", movement, status=201, Idempotency_Key="top-up")
        withdrawal = movement | {"amount": 1_000}
        self.call("POST", "/v1/withdrawals", withdrawal, status=201, Idempotency_Key="w")
        for number, (kind, status) in enumerate(
            (("reset_after", 202), ("garbage", 202), ("http_500", 202), ("declined", 201))
        ):
            self.server.fault(target="gateway", operation="charge", kind=kind)
            paid = self._pay(number, status)
            self.server.advance(15)
            if kind == "declined":
                retry = f"/v1/payments/{paid['id']}/retry"
                pin = {"transaction_password": self.pin}
                self.call("POST", retry, pin, status=201, Idempotency_Key="retry")
        self.server.fault(target="gateway", kind="duplicate_callback")
        self._pay(9, 201)
        self._pay(9, 201)

    def _pay(self, number: int, status: int) -> Any:
        body = {
            "merchant_id": "mch_star_coffee",
            "amount": 100 + number,
            "currency": "CNY",
            "source": {"type": "bank_card", "id": self.card} if number % 2 else {"type": "balance"},
            "transaction_password": self.pin,
        }
        key = f"pay-{number}"
        return self.call("POST", "/v1/payments", body, status=status, Idempotency_Key=key)

    def be_refused(self) -> None:
        """Secrets in every place where they don't belong: none comes back, none is written down."""
        token, pin = self.token, self.pin
        self.call("GET", f"/v1/payments/{token}", status=404)
        self.call("GET", f"/nowhere/{token}?access_token={token}&code={pin}", status=404)
        self.call("GET", f"/v1/payments?access_token={token}", status=422)
        self.call("DELETE", f"/v1/payments/{pin}", status=405)
        self.call("POST", "/v1/auth/login", {"password": {"of": self.password}}, status=422)
        # The pointer names the unknown field to who sent it; it must go no further.
        self.server.call("POST", "/v1/auth/login", {self.password: token})
        self.call("POST", "/v1/auth/login", [self.password], status=422)
        unknown = {"Authorization": f"Bearer {self.known.add('unknown token', 'at_' + 'z' * 40)}"}
        self.call("GET", "/v1/me", status=401, **unknown)
        self.call("GET", "/v1/me", status=401, Authorization=f"Basic {self.password}")
        self.call("GET", "/v1/me", status=200, X_Request_Id="mine")
        self.call("GET", "/sandbox/v1/clock", status=403, Origin=f"http://{self.password}.example")
        forged = {
            "webhook_id": "msg_1",
            "webhook_timestamp": "1",
            "webhook_signature": f"v1,{self.password}",
        }
        self.call("POST", "/callbacks/gateway", {"data": {"code": pin}}, status=401, **forged)
        broken = json.dumps({"password": self.password})[:-1]
        with httpx2.Client(trust_env=False) as client:
            told = {"Content-Type": "application/json"}
            answer = client.post(self.server.url + "/v1/auth/login", content=broken, headers=told)
        assert answer.status_code == 400
        self.refused.append(answer)

    def recover(self) -> None:
        self.server.advance(61)
        proof = self.proof("reset_password", self.phone)
        self.password = self.known.add("password", random_password())
        body = {
            "verification_token": proof,
            "new_password": self.password,
            "new_password_confirmation": self.password,
        }
        self.call("POST", "/v1/auth/password-resets", body, status=204)
        self.call("POST", "/v1/auth/password-resets", body, status=422)
        self.log_in()
        proof = self.proof("reset_transaction_password", self.email)
        self.pin = self.known.add("transaction password", random_pin())
        body = {"verification_token": proof, "password": self.password, **self._twice(self.pin)}
        self.call("PUT", "/v1/auth/transaction-password", body, status=204)
        unbind = f"/v1/bank-cards/{self.card}/unbind"
        self.call("POST", unbind, {"transaction_password": self.pin}, status=200)

    def agents(self) -> None:
        """A webhook's secret is answered once, signs what the receiver gets, and lies nowhere."""
        agent = self.server.call("POST", "/sandbox/v1/agents", {"role": "admin"}).json()
        self.known.add("agent's token", agent["access_token"])
        self.known.add("TOTP secret", agent["totp_secret"])
        bearer = {"Authorization": f"Bearer {agent['access_token']}"}
        with Receiver() as receiver:
            body = {"url": receiver.url, "events": ["*"]}
            made = self.call("POST", ENDPOINTS, body, status=201, **bearer)
            secret = self.known.add("webhook secret", made["secret"])
            self.known.add("webhook key", base64.b64decode(secret.removeprefix("whsec_")).hex())
            self.server.user()  # whose payment is told
            self.server.user().pay()
            self.server.advance(5)
            assert receiver.arrived
        deliveries = self.call("GET", f"{ENDPOINTS}/{made['id']}/deliveries", status=200, **bearer)
        assert deliveries["data"]


ENDPOINTS = "/internal/v1/webhook-endpoints"
