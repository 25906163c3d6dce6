"""What agents were refused stands in the trail; what others were refused doesn't."""

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.factory import Wallet
from tests.client import Client
from tests.factories.staff import create_agent


def entries(wallet: Wallet) -> list[AuditEntry]:
    with wallet.database.snapshot() as tx:
        return list(tx.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq)))


def test_a_call_above_an_agents_role_is_kept(wallet: Wallet) -> None:
    agent = create_agent(wallet)
    answer = agent.client.delete("/internal/v1/webhook-endpoints/whe_01k0000000000000000000000")
    assert (answer.status, answer.code) == (403, "forbidden")
    (entry,) = entries(wallet)
    assert entry.actor == agent.agent_id
    assert entry.action == "refused"
    assert entry.subject == "whe_01k0000000000000000000000"
    assert entry.detail == {"operation": "delete_webhook_endpoint", "code": "forbidden"}


def test_what_looks_like_no_id_is_not_kept(wallet: Wallet) -> None:
    agent = create_agent(wallet)
    agent.client.delete("/internal/v1/webhook-endpoints/6222021234567890123")
    (entry,) = entries(wallet)
    assert entry.subject is None


def test_users_and_strangers_leave_nothing_in_it(wallet: Wallet, client: Client) -> None:
    assert client.get("/v1/me").status == 401
    assert client.get("/internal/v1/webhook-endpoints").status == 401
    assert entries(wallet) == []
