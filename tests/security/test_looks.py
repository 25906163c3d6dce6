"""No agent sees anything of a customer's that isn't in the trail first, at any route of the description.

A new route of agents is walked without being named here; what is about no customer says so in ABOUT_NOBODY.
"""

from urllib.parse import quote

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.audit.trail import AuditTrail
from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Answer, Client
from tests.factories.actions import ask
from tests.factories.calls import verified_call
from tests.factories.staff import REASON, Colleague, create_agent
from tests.security.addressing import PUBLIC, Belongings, create_owner, query_of
from tests.security.surface import Operation, described_operations

ABOUT_NOBODY = (
    "/internal/v1/agents",
    "/internal/v1/app-versions",
    "/internal/v1/components",
    "/internal/v1/events",  # ids and states of conversations, never what was said
    "/internal/v1/faq-queries",  # numbers and addresses are masked before they are kept
    "/internal/v1/faq-synonyms",
    "/internal/v1/faqs",
    "/internal/v1/incidents",
    "/internal/v1/me",
    "/internal/v1/reports",  # counts
    "/internal/v1/webhook-endpoints",  # deliveries by id, without what they told
)
LOOKS_BY_POST = {
    "/internal/v1/customers/lookup": ("user_id",),
    "/internal/v1/customers/{customer_id}/reveal": (),
    "/internal/v1/payment-diagnoses": ("user_id", "payment_id"),
    "/internal/v1/payments/{payment_id}/inquire": (),
    "/internal/v1/top-ups/{top_up_id}/inquire": (),
    "/internal/v1/withdrawals/{withdrawal_id}/inquire": (),
}
"""Lookups are bodies, so that what a customer told stays out of addresses; and which ids the body names."""
OF_NOBODY_IN_PARTICULAR = {
    "/internal/v1/audit",
    "/internal/v1/audit/verify",
    "/internal/v1/quarantined-mails",
}
"""Looks at the trail itself, and at mails whose senders nobody knows: they are in it, but of no customer."""


@pytest.fixture
def owner(wallet: Wallet) -> Belongings:
    return create_owner(wallet)


@pytest.fixture
def admin(wallet: Wallet) -> Colleague:
    return create_agent(wallet, Role.ADMIN)


@pytest.fixture
def ids(owner: Belongings, admin: Colleague) -> dict[str, str]:
    """One of everything that a look can be about, all of one customer."""
    user_id = owner.person.user_id
    call_id = verified_call(admin, owner.person)
    asked = ask(admin, user_id, "goodwill_credit", amount=500, call_id=call_id)
    assert asked.status == 201, asked.body
    mine = {"call_id": call_id, "request_id": str(asked["id"])}
    return PUBLIC | owner.own | mine | {"customer_id": user_id, "user_id": user_id}


def looks(client: Client) -> list[Operation]:
    """Every route that shows an agent something of a customer's."""
    found = [
        it
        for it in described_operations(client)
        if it.access == "agent"
        and (it.method == "GET" or it.path in LOOKS_BY_POST)
        and not it.path.startswith(ABOUT_NOBODY)
    ]
    assert len(found) >= 20
    assert {it.path for it in found} >= LOOKS_BY_POST.keys()
    return found


def look(agent: Colleague, operation: Operation, ids: dict[str, str]) -> Answer:
    path = operation.path
    for parameter in operation.parameters("path"):
        path = path.replace("{" + parameter["name"] + "}", ids[parameter["name"]])
    if operation.method == "GET":
        asks_for = {"conversation_id": ids["conversation_id"]} if "canned" in path else {}
        return agent.client.get(path, **query_of(operation), **asks_for)
    body = {name: ids[name] for name in LOOKS_BY_POST[operation.path]}
    return agent.client.post(path, body | ({"field": "phone"} if "reveal" in path else {}) or None)


def entries_of(wallet: Wallet, agent: Colleague) -> list[AuditEntry]:
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.actor == agent.agent_id)
        return list(tx.scalars(query.order_by(AuditEntry.seq)))


def test_every_look_at_a_customer_is_in_the_trail(
    wallet: Wallet, client: Client, owner: Belongings, admin: Colleague, ids: dict[str, str]
) -> None:
    for operation in looks(client):
        before = len(entries_of(wallet, admin))
        answer = look(admin, operation, ids)
        assert answer.status in (200, 201), (str(operation), answer.body)
        new = entries_of(wallet, admin)[before:]
        assert new, f"{operation} left nothing"
        customers = {it.customer_id for it in new}
        if operation.path not in OF_NOBODY_IN_PARTICULAR:
            assert owner.person.user_id in customers, str(operation)


def test_nothing_is_shown_at_any_route_where_the_trail_takes_no_entry(
    client: Client,
    owner: Belongings,
    admin: Colleague,
    ids: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("the disk is full")

    walked = looks(client)
    monkeypatch.setattr(AuditTrail, "record", fail)
    for operation in walked:
        answer = look(admin, operation, ids)
        assert answer.status == 500, str(operation)
        assert owner.person.user_id not in answer.raw.decode(), str(operation)


def test_every_look_at_a_customer_by_id_wants_a_reason(
    client: Client, admin: Colleague, ids: dict[str, str]
) -> None:
    """But where a conversation, a call or a request is the reason, which the trail then names."""
    wanting = [it for it in looks(client) if wants_reason(it)]
    assert {it.path.split("/")[3] for it in wanting} == {
        "customers",
        "payment-diagnoses",
        "payments",
        "top-ups",
        "withdrawals",
    }
    for said in ("", "no", quote("  ........  "), "%FF%FE", "x" * 501):
        silent = Colleague(
            admin.agent_id,
            admin.email,
            admin.password,
            admin.totp_secret,
            admin.client.with_headers(X_Access_Reason=said),
        )
        for operation in wanting:
            answer = look(silent, operation, ids)
            assert answer.code == "access_reason_required", (str(operation), said)


def test_a_list_of_everybodys_wants_a_reason_once_it_is_narrowed_to_one_customer(
    wallet: Wallet, admin: Colleague, client: Client, ids: dict[str, str]
) -> None:
    narrowed = [it for it in looks(client) if wants_reason(it, required=False)]
    assert {it.path for it in narrowed} == {
        "/internal/v1/conversations",
        "/internal/v1/calls",
        "/internal/v1/action-requests",
    }
    silent = Client(wallet.app.test_client()).with_headers(
        Authorization=admin.client.headers["Authorization"]
    )
    for operation in narrowed:
        assert silent.get(operation.path).status == 200, str(operation)
        refused = silent.get(operation.path, user_id=ids["user_id"])
        assert refused.code == "access_reason_required", str(operation)
        assert admin.client.get(operation.path, user_id=ids["user_id"])["data"], str(operation)
        assert entries_of(wallet, admin)[-1].reason == REASON, str(operation)


def wants_reason(operation: Operation, *, required: bool = True) -> bool:
    return any(
        it["name"] == "X-Access-Reason" and it["required"] is required
        for it in operation.parameters("header")
    )
