"""The desk's side of a customer's life: agents' secrets, and what customers tell where they shouldn't."""

import random as chance
import re
import smtplib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import httpx2
import pyotp

from tests.journeys.server import until
from tests.security.life import Life, random_card_number, random_pin

CUSTOMER = "mei@customer.example"
DESK = "/internal/v1"
CHATS = "/v1/support/conversations"
CONSOLE = "/console"


@dataclass
class Agent:
    """A member of staff who signs in with password and authenticator."""

    id: str
    email: str
    password: str
    totp_secret: str
    bearer: dict[str, str]


class DeskLife:
    """What happens at the desk of the server that `life` is lived at; every secret of it goes to `life.known`."""

    def __init__(self, life: Life) -> None:
        self.life, self.known, self.server = life, life.known, life.server

    def live(self) -> None:
        """All of it, in order."""
        self.boss = self._boss()
        self.agent = self._hired()
        self.look()
        self.hotline()
        self.chat()
        self.ask_for_a_credit()
        self.write_a_mail()
        self.search()
        self.console()

    def told(self) -> str:
        """What somebody says who tells too much: a card number, a code and a password."""
        number = self.known.add_card_number(random_card_number())
        code = self.known.add("code that was told", random_pin())
        password = self.known.add("password that was told", f"Pw{chance.randrange(10**9)}zQ!")
        return f"卡号 {number}，验证码 {code}，密码是{password} paid 128.00"

    def _boss(self) -> Agent:
        made = self.server.call("POST", "/sandbox/v1/agents", {"role": "admin"}).json()
        self.known.add("agent's token", made["access_token"])
        self.known.add("TOTP secret", made["totp_secret"])
        return Agent(
            made["agent"]["id"],
            made["email"],
            made["password"],  # the sandbox's, which every reader of the docs knows
            made["totp_secret"],
            {"Authorization": f"Bearer {made['access_token']}"},
        )

    def _hired(self) -> Agent:
        """An agent whom the admin makes, who signs in, mistypes, uses a recovery code, and takes another password."""
        body = {"email": "new@desk.example.test", "role": "supervisor"}
        made = self._call(self.boss, "POST", f"{DESK}/agents", body, status=201)
        self._keep_enrolment(made)
        self.known.add("agent's first password", made["password"])
        agent = Agent(
            made["agent"]["id"], body["email"], made["password"], made["totp"]["secret"], {}
        )
        wrong = self.known.add("mistyped password", made["password"] + "x")
        self.log_in(agent, self.totp(agent), password=wrong, status=401)
        self.log_in(agent, self.totp(agent))
        self.log_in(agent, self.totp(agent), status=401)  # it opens once
        self.log_in(agent, made["recovery_codes"][0])
        change = {
            "current_password": agent.password,
            "new_password": self.known.add("agent's password", "Orchid-river-42"),
            "new_password_confirmation": "Orchid-river-42",
        }
        self._call(agent, "PUT", f"{DESK}/auth/password", change, status=204)
        agent.password = change["new_password"]
        reset = f"{DESK}/agents/{agent.id}/reset-totp"
        again = self._call(self.boss, "POST", reset, status=200)
        self._keep_enrolment(again)
        agent.totp_secret = again["totp"]["secret"]
        self.log_in(agent, self.totp(agent))
        return agent

    def _keep_enrolment(self, made: dict[str, Any]) -> None:
        self.known.add("TOTP secret", made["totp"]["secret"])
        for code in made["recovery_codes"]:
            self.known.add("recovery code", code)

    def totp(self, agent: Agent) -> str:
        """What the agent's phone shows, by the virtual clock."""
        now = self.server.call("GET", "/sandbox/v1/clock").json()["now"]
        code = pyotp.TOTP(agent.totp_secret).at(datetime.fromisoformat(now))
        return self.known.add("TOTP", code)

    def log_in(
        self, agent: Agent, totp: str, *, password: str | None = None, status: int = 200
    ) -> None:
        body = {"email": agent.email, "password": password or agent.password, "totp": totp}
        made = self.life.call("POST", f"{DESK}/auth/login", body, status=status)
        if status == 200:
            token = self.known.add("agent's token", made["access_token"])
            agent.bearer = {"Authorization": f"Bearer {token}"}

    def _call(
        self, agent: Agent, method: str, path: str, body: Any = None, *, status: int, **told: str
    ) -> Any:
        return self.life.call(method, path, body, status=status, **agent.bearer, **told)

    def look(self) -> None:
        """Find the customer, with a reason that says too much, and uncover the number."""
        why = {"X_Access_Reason": quote(self.told())}
        found = self._call(
            self.agent,
            "POST",
            f"{DESK}/customers/lookup",
            {"phone": self.life.phone},
            status=200,
            **why,
        )
        self.customer = found["data"][0]["id"]
        path = f"{DESK}/customers/{self.customer}"
        self._call(self.agent, "GET", path, status=200, **why)
        self._call(self.agent, "POST", f"{path}/reveal", {"field": "phone"}, status=200, **why)
        odd = {"X_Access_Reason": self.known.add("short reason", random_pin())}
        self._call(self.agent, "GET", path, status=400, **odd)

    def hotline(self) -> None:
        """A caller is verified by the code of the app, after a wrong one; the notes say too much."""
        body = {"phone": self.life.phone, "direction": "inbound"}
        call = self._call(self.agent, "POST", f"{DESK}/calls", body, status=201)
        path = f"{DESK}/calls/{call['id']}"
        code = self.life.call("POST", "/v1/support/call-codes", status=201)["code"]
        self.known.add("call code", code)
        wrong = self.known.add("wrong call code", str((int(code) + 1) % 1_000_000).zfill(6))
        for said, status in ((wrong, 422), (code, 200)):
            self._call(self.agent, "POST", f"{path}/verify", {"call_code": said}, status=status)
        self._call(self.agent, "PATCH", path, {"notes": self.told()}, status=200)
        self.call_id = call["id"]

    def chat(self) -> None:
        """Card numbers and codes in every place of a conversation that takes words, told by either side."""
        body = {"channel": "ticket", "subject": self.told(), "message": self.told()}
        made = self.life.call("POST", CHATS, body, status=201, Idempotency_Key="chat")
        self.life.call("POST", CHATS, body, status=201, Idempotency_Key="chat")
        mine, theirs = f"{CHATS}/{made['id']}", f"{DESK}/conversations/{made['id']}"
        self.life.call("POST", f"{mine}/messages", {"text": self.told()}, status=201)
        self._call(self.agent, "POST", f"{theirs}/claim", status=200)
        for kind in ("messages", "notes"):
            self._call(self.agent, "POST", f"{theirs}/{kind}", {"text": self.told()}, status=201)
        escalation = {"reason": self.told()}
        self._call(self.agent, "POST", f"{theirs}/escalate", escalation, status=200)
        rating = {"score": 2, "comment": self.told()}
        self.life.call("POST", f"{mine}/rating", rating, status=204)
        transcript = self.server.call("GET", f"{mine}/transcript", **self._as_customer())
        assert transcript.status_code == 200
        assert self.known.leaks(transcript.content) == set()

    def _as_customer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.life.token}"}

    def ask_for_a_credit(self) -> None:
        """Asked for, and rejected by a second person, both with too many words."""
        path = f"{DESK}/action-requests"
        body = {
            "type": "goodwill_credit",
            "user_id": self.customer,
            "amount": 500,
            "reason": self.told(),
            "call_id": self.call_id,
        }
        asked = self._call(self.agent, "POST", path, body, status=201, Idempotency_Key="credit")
        rejection = {"reason": self.told()}
        decide = f"{path}/{asked['id']}/reject"
        self._call(self.boss, "POST", decide, rejection, status=200)

    def write_a_mail(self) -> None:
        """A mail comes in over SMTP, is sorted, and answered."""
        ready = self.server.call("GET", "/readyz").json()
        channels = self.server.call("GET", "/v1/support/channels").json()["data"]
        [to] = [it["contact"] for it in channels if it["code"] == "email"]
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = CUSTOMER, to, self.told()
        mail["Message-ID"] = "<one@customer.example>"
        mail.set_content(self.told())
        with smtplib.SMTP("127.0.0.1", ready["smtp_listen_port"], timeout=20) as session:
            session.send_message(mail)
        cases: list[Any] = []

        def sorted_in() -> bool:
            path = f"{DESK}/conversations?channel=email"
            cases.extend(self._call(self.agent, "GET", path, status=200)["data"])
            return bool(cases)

        until(sorted_in)
        reply = f"{DESK}/conversations/{cases[0]['id']}/messages"
        self._call(self.agent, "POST", reply, {"text": self.told()}, status=201)

    def search(self) -> None:
        """The FAQ is asked for a card number."""
        asked = quote(self.told())
        self.life.call("GET", f"/v1/support/faqs?q={asked}", status=200)
        self.life.call("GET", f"/v1/support/faq-suggestions?q={asked}", status=200)

    def console(self) -> None:
        """The same agent in a browser: cookies, the mark of every form, and words that say too much."""
        self.server.advance(30)  # a code opens once
        with httpx2.Client(base_url=self.server.url, trust_env=False, timeout=40) as browser:
            form = {
                "email": self.agent.email,
                "password": self.known.add("mistyped password", self.agent.password + "y"),
                "totp": self.totp(self.agent),
            }
            assert browser.post(f"{CONSOLE}/sign-in", data=form).status_code == 401
            form["password"] = self.agent.password
            assert browser.post(f"{CONSOLE}/sign-in", data=form).status_code == 303
            mark = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.get("/console/me").text)
            assert mark is not None
            csrf = {"csrf": self.known.add("mark of forms", mark.group(1))}
            opened = f"{CONSOLE}/customers/{self.customer}"
            for path, told in (
                (f"{opened}/open", {"why": self.told()}),
                (f"{CONSOLE}/search", {"told": self.told()}),
                (f"{CONSOLE}/diagnosis", {"customer": self.customer, "words": self.told()}),
            ):
                answer = browser.post(path, data=csrf | told)
                assert answer.status_code in (200, 303, 422), (path, answer.text)
            assert browser.get(opened).status_code == 200
            for cookie in browser.cookies.jar:
                self.known.add(f"cookie {cookie.name}", cookie.value)
            names = {cookie.name for cookie in browser.cookies.jar}
            assert names >= {"console_session", "console_reasons"}
            assert browser.post(f"{CONSOLE}/sign-out", data=csrf).status_code == 303
