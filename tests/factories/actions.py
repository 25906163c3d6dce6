"""What agents ask for, over HTTP."""

from app.factory import Wallet
from tests.client import Answer, Client
from tests.factories.staff import Colleague

REQUESTS = "/internal/v1/action-requests"


def ask(
    agent: Colleague, user_id: str, type_: str, *, key: str | None = "fresh", **more: object
) -> Answer:
    """Ask for an action; the answer as it came."""
    body = {"type": type_, "user_id": user_id, "reason": "the customer asked for it"}
    return agent.client.post(REQUESTS, body | more, key=key)


def approve(agent: Colleague, request_id: object, *, key: str | None = "fresh") -> Answer:
    return agent.client.post(f"{REQUESTS}/{request_id}/approve", key=key)


def reject(agent: Colleague, request_id: object, **body: object) -> Answer:
    return agent.client.post(f"{REQUESTS}/{request_id}/reject", body or None)


def elsewhere(wallet: Wallet, agent: Colleague) -> Colleague:
    """The same agent on a connection of their own, for another thread."""
    client = Client(wallet.app.test_client(), agent.client.headers)
    return Colleague(agent.agent_id, agent.email, agent.password, agent.totp_secret, client)
