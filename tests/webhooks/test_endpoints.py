"""Endpoints are made, shown and deleted by admins; their secrets are told once and kept sealed."""

import base64
from typing import Any

import pytest
import sqlalchemy as sa

from app.auth.rules import Role
from app.core.tables import Base
from app.factory import Wallet
from app.webhooks.rules import EVENT_TYPES, MAX_ENDPOINTS
from tests.client import Client
from tests.conftest import Clock
from tests.factories.people import create_person
from tests.factories.webhooks import ENDPOINTS, Admin, agent_client, announce
from tests.webhooks.conftest import ON_SQLITE

NEW = {"url": "http://127.0.0.1:9/hooks", "events": ["payment.*"]}


@ON_SQLITE
def test_an_endpoint_answers_its_secret_once(admin: Admin) -> None:
    made = admin.client.post(ENDPOINTS, NEW | {"description": "the shop"})
    assert made.status == 201
    secret = made["secret"]
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    (shown,) = admin.client.get(ENDPOINTS)["data"]
    assert shown == {name: value for name, value in made.body.items() if name != "secret"}
    assert shown | {"id": "", "created_at": ""} == {
        "id": "",
        "url": NEW["url"],
        "events": ["payment.*"],
        "description": "the shop",
        "status": "enabled",
        "created_at": "",
    }
    assert secret not in repr(wallet_rows(admin.wallet))


def wallet_rows(wallet: Wallet) -> list[Any]:
    """Every row of every table."""
    with wallet.database.snapshot() as tx:
        tables = Base.metadata.sorted_tables
        return [tuple(row) for table in tables for row in tx.execute(sa.select(table))]


@ON_SQLITE
def test_no_table_holds_a_webhooks_secret_when_it_was_used(admin: Admin, clock: Clock) -> None:
    secret = admin.create()["secret"]
    announce(admin.wallet)
    clock.run_due()
    rows = repr(wallet_rows(admin.wallet))
    assert "connection_refused" in rows
    assert secret not in rows
    assert secret.removeprefix("whsec_") not in rows


@ON_SQLITE
@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_webhooks_are_for_admins_alone(wallet: Wallet, role: Role) -> None:
    client = agent_client(wallet, role)
    for answer in (
        client.get(ENDPOINTS),
        client.post(ENDPOINTS, {}),
        client.delete(f"{ENDPOINTS}/whe_none"),
        client.get(f"{ENDPOINTS}/whe_none/deliveries"),
        client.post("/internal/v1/deliveries/dlv_none/redeliver"),
    ):
        assert (answer.status, answer.code) == (403, "forbidden")


@ON_SQLITE
def test_a_user_is_no_agent(wallet: Wallet) -> None:
    answer = create_person(wallet).client.get(ENDPOINTS)
    assert (answer.status, answer.code) == (401, "access_token_invalid")


@ON_SQLITE
def test_an_endpoint_of_nobody_is_not_found(admin: Admin) -> None:
    for answer in (
        admin.client.delete(f"{ENDPOINTS}/whe_none"),
        admin.client.get(f"{ENDPOINTS}/whe_none/deliveries"),
        admin.redeliver("dlv_none"),
    ):
        assert (answer.status, answer.code) == (404, "not_found")


BAD: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"url": "ftp://x.example/"}, [("/url", "url_invalid")]),
    ({"url": "http://169.254.169.254/"}, [("/url", "url_address_not_allowed")]),
    ({"url": 5}, [("/url", "invalid_type")]),
    ({"url": "https://x.example/" + "a" * 2048}, [("/url", "invalid_value")]),
    ({"events": []}, [("/events", "invalid_value")]),
    ({"events": "*"}, [("/events", "invalid_type")]),
    ({"events": [1]}, [("/events/0", "invalid_type")]),
    ({"events": ["*"] * 65}, [("/events", "invalid_value")]),
    ({"description": "x" * 501}, [("/description", "invalid_value")]),
    ({"secret": "whsec_x"}, [("/secret", "unknown_field")]),
    (
        {"url": "x", "events": ["payment.*", "payment.paid", "pay*", "card.*", "*.*", ".*"]},
        [
            ("/url", "url_invalid"),
            *((f"/events/{at}", "unknown_event_type") for at in range(1, 6)),
        ],
    ),
]


@ON_SQLITE
def test_a_bad_endpoint_is_refused_with_every_problem(admin: Admin) -> None:
    for change, problems in BAD:
        answer = admin.client.post(ENDPOINTS, NEW | change)
        assert (answer.status, answer.code) == (422, "validation_failed")
        assert [(it["pointer"], it["code"]) for it in answer["errors"]] == problems


@ON_SQLITE
def test_every_event_and_family_can_be_asked_for_and_is_described(admin: Admin) -> None:
    families = {f"{name.partition('.')[0]}.*" for name in EVENT_TYPES}
    assert admin.create(events=[*EVENT_TYPES, "*"]).status == 201
    made = admin.create(events=[*sorted(families), "*", "*"])
    assert made["events"] == [*sorted(families), "*"]
    described = admin.client.get("/openapi.json").raw.decode()
    assert all(f"`{name}`" in described for name in EVENT_TYPES)


def test_there_is_an_end_to_endpoints(admin: Admin) -> None:
    made = [admin.create() for _ in range(MAX_ENDPOINTS)]
    assert {it.status for it in made} == {201}
    answer = admin.create()
    assert (answer.status, answer.code) == (409, "too_many_webhook_endpoints")
    assert admin.client.delete(f"{ENDPOINTS}/{made[3]['id']}").status == 204
    assert admin.create().status == 201


def test_a_deleted_endpoint_is_told_nothing_not_even_what_was_pending(
    wallet: Wallet, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]
    announce(wallet)
    clock.run_due()
    assert admin.delivery(endpoint_id)["status"] == "pending"
    assert admin.client.delete(f"{ENDPOINTS}/{endpoint_id}").status == 204
    announce(wallet)
    assert admin.client.get(f"{ENDPOINTS}/{endpoint_id}/deliveries").status == 404
    with wallet.database.snapshot() as tx:
        left = [
            tx.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
            if name.startswith("webhook_") or name == "jobs"
        ]
    assert set(left) == {0}


def test_endpoints_come_page_by_page(admin: Admin) -> None:
    ids = [admin.create()["id"] for _ in range(3)]
    first = admin.client.get(ENDPOINTS, limit=2)
    second = admin.client.get(ENDPOINTS, limit=2, cursor=first["next_cursor"])
    assert [it["id"] for it in first["data"] + second["data"]] == ids[::-1]
    assert second["next_cursor"] is None


@ON_SQLITE
def test_an_endpoints_secret_is_never_kept_as_an_answer_to_a_key(
    wallet: Wallet, client: Client, admin: Admin
) -> None:
    first = admin.client.post(ENDPOINTS, NEW, key="same")
    second = admin.client.post(ENDPOINTS, NEW, key="same")
    assert first["id"] != second["id"]
    assert "Idempotent-Replayed" not in second.headers
