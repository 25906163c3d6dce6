"""Agents who sign in themselves: with an authenticator on the virtual clock, and recovery codes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pyotp

from app.audit.rules import SYSTEM
from app.auth.identifiers import parse_identifier
from app.auth.operations.create_agent import NewAgent, create_agent
from app.auth.rules import Role
from app.core.clock import to_ms
from app.factory import Wallet
from tests.client import Answer, Client
from tests.conftest import Clock

LOGIN = "/internal/v1/auth/login"
STEP = timedelta(seconds=30)
DESK_PASSWORD = "Sandbox-pass-1"
_numbers = count(1)


def a_desk_email() -> str:
    return f"mei.{next(_numbers)}@desk.example.test"


@dataclass
class Staff:
    """A member of staff with a password, an authenticator and recovery codes; not signed in."""

    id: str
    email: str
    password: str
    secret: str
    recovery_codes: list[str]
    visitor: Client
    clock: Clock
    last_step: int = field(default=0)

    def code(self, *, steps: int = 0) -> str:
        """What the authenticator shows now, or some steps of 30 s from now."""
        return pyotp.TOTP(self.secret).at(self.clock.now() + steps * STEP)

    def fresh_code(self) -> str:
        """The code of a step that none was taken from before; moves the clock on where it has to."""
        while step_of(self.clock.now()) <= self.last_step:
            self.clock.jump_to(self.clock.now() + STEP)
        self.last_step = step_of(self.clock.now())
        return self.code()

    def log_in(self, totp: str, *, password: str | None = None, email: str | None = None) -> Answer:
        body = {
            "email": email or self.email,
            "password": password or self.password,
            "totp": totp,
        }
        return self.visitor.post(LOGIN, body, key=None)

    def signed_in(self) -> Client:
        """A client with a new session."""
        answer = self.log_in(self.fresh_code())
        assert answer.status == 200, answer.body
        return self.visitor.as_bearer(answer["access_token"])


def step_of(moment: datetime) -> int:
    return to_ms(moment) // 30_000


def create_staff(wallet: Wallet, clock: Clock, role: Role = Role.AGENT) -> Staff:
    """An agent as an admin would make one."""
    email = a_desk_email()
    made = create_agent(
        wallet.auth, SYSTEM, NewAgent(parse_identifier(email), "Mei", role, DESK_PASSWORD)
    )
    return Staff(
        made.agent.id,
        email,
        DESK_PASSWORD,
        made.totp.secret,
        list(made.recovery_codes),
        Client(wallet.app.test_client()),
        clock,
    )
