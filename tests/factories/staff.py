"""Agents who are signed in, and how they say why they look at a customer."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import pyotp

from app.auth.operations.create_ready_agent import create_ready_agent
from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Client

REASON = "the customer asked about a payment"


@dataclass(frozen=True)
class Colleague:
    """A signed-in agent; `client` speaks for them, and always says why."""

    agent_id: str
    email: str
    password: str
    totp_secret: str
    client: Client

    def totp(self, moment: datetime) -> str:
        """The six digits that the agent's authenticator shows at a moment of the virtual clock."""
        return pyotp.TOTP(self.totp_secret).at(moment)

    def because(self, reason: str) -> Client:
        """The same agent with another reason for looking at customers."""
        return self.client.with_headers(X_Access_Reason=quote(reason))


def create_agent(wallet: Wallet, role: Role = Role.AGENT) -> Colleague:
    """An agent of that role with a session of their own."""
    ready = create_ready_agent(wallet.auth, role)
    client = Client(wallet.app.test_client()).as_bearer(ready.access_token)
    return Colleague(
        ready.agent.id,
        ready.agent.email,
        ready.password,
        ready.totp_secret,
        client.with_headers(X_Access_Reason=quote(REASON)),
    )
