"""A customer's timeline: everything in one list, newest first, page by page without gap or repeat."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.core.clock import rfc3339
from app.factory import Wallet
from app.payments.models import Attempt, Instruction, Refund, Transfer
from app.payments.operations.refund_payment import refund_payment
from app.support.customers.operations.read_customers import SOURCES
from app.support.customers.timeline.entries import EntryType
from tests.client import Answer
from tests.conftest import Clock
from tests.factories.people import PIN, Person, create_person
from tests.factories.staff import Colleague


def timeline(agent: Colleague, person: Person, **query: Any) -> Answer:
    answer = agent.client.get(f"/internal/v1/customers/{person.user_id}/timeline", **query)
    assert answer.status == 200, answer.body
    return answer


def live(wallet: Wallet, person: Person, clock: Clock) -> None:
    """A bit of everything."""
    client, card = person.client, {"bank_card_id": person.card_id, "transaction_password": PIN}
    money = {"amount": 500, "currency": "CNY"}
    payment = person.pay(12_800)
    refund_payment(wallet.payments, payment["id"], 300)
    person.pay(900_000, transaction_password=PIN)
    friend = create_person(wallet)
    to_friend = {"recipient": {"user_id": friend.user_id}, **money}
    assert client.post("/v1/transfers", to_friend).status == 201
    back = {"recipient": {"user_id": person.user_id}, **money}
    assert friend.client.post("/v1/transfers", back).status == 201
    assert client.post("/v1/top-ups", card | money).status == 201
    assert client.post("/v1/withdrawals", card | money).status == 201
    event = {"type": "payment_request_failed", "occurred_at": rfc3339(clock.now()), **money}
    assert client.post("/v1/client-events", event | {"error": "offline"}).status == 202
    assert client.post("/v1/support/payment-diagnoses", {"payment_id": payment["id"]}).status == 201


def change_and_lock(person: Person) -> None:
    """A new transaction password, typed wrong until it is locked."""
    new = {"transaction_password": "975310", "transaction_password_confirmation": "975310"}
    change = {"current_transaction_password": PIN, **new}
    assert person.client.put("/v1/auth/transaction-password", change).status == 204
    for _ in range(5):
        person.pay(100_000, transaction_password="135790")


def test_it_tells_of_everything_newest_first(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    live(wallet, person, clock)
    change_and_lock(person)
    call = {"phone": person.identifier, "direction": "inbound"}
    assert agent.client.post("/internal/v1/calls", call).status == 201

    entries = timeline(agent, person, limit=100)["data"]
    told = {(it["type"], it["event"]) for it in entries}
    assert told >= {
        ("payment", "created"),
        ("attempt", "started"),
        ("refund", "created"),
        ("transfer", "sent"),
        ("transfer", "received"),
        ("top_up", "created"),
        ("withdrawal", "created"),
        ("client_event", "reported"),
        ("diagnosis", "given"),
        ("bank_card", "added"),
        ("bank_card", "activated"),
        ("session", "opened"),
        ("lock", "locked"),
        ("account_change", "changed"),
        ("call", "began"),
        ("look", "looked"),
    }
    assert [it["at"] for it in entries] == sorted((it["at"] for it in entries), reverse=True)
    assert len({it["id"] for it in entries}) == len(entries)
    paid = next(it for it in entries if it["type"] == "payment" and it["status"] == "succeeded")
    assert paid["text"] == "Payment of CN¥128.00 to Star Coffee: succeeded"
    assert (paid["amount"], paid["currency"]) == (12_800, "CNY")
    assert paid["detail"]["refunded_amount"] == 300
    short = next(it for it in entries if it["type"] == "attempt" and it["status"] == "failed")
    assert short["code"] == "wallet_balance"


def test_pages_join_without_gap_or_repeat(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    live(wallet, person, clock)
    whole = [it["id"] for it in timeline(agent, person, limit=100)["data"]]
    pages: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = timeline(agent, person, limit=3, **cursor)
        # Reading it adds looks, the newest entries; a cursor goes on where the page before ended.
        pages += [it["id"] for it in page["data"] if it["type"] != "look"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert pages == [it for it in whole if not it.endswith(".looked")]


def test_what_happened_at_one_moment_is_paged_too(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    live(wallet, person, clock)
    with wallet.database.transaction() as tx:
        for model in (Instruction, Transfer, Refund):
            tx.execute(sa.update(model).values(created_at=tx.now))
        tx.execute(sa.update(Attempt).values(started_at=tx.now))
    types = "payment,attempt,refund,transfer,top_up,withdrawal"
    whole = [it["id"] for it in timeline(agent, person, limit=100, type=types)["data"]]
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = timeline(agent, person, limit=2, type=types, **cursor)
        found += [it["id"] for it in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(found) == len(set(found)) >= 11
    assert found == whole


def test_it_is_filtered_by_one_type_or_several(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    live(wallet, person, clock)

    for asked in ("payment", "bank_card,refund"):
        entries = timeline(agent, person, type=asked, limit=100)["data"]
        assert {it["type"] for it in entries} == set(asked.split(","))
    path = f"/internal/v1/customers/{person.user_id}/timeline"
    for wrong in ("nothing", "payment,", "payment payment", ""):
        assert agent.client.get(path, type=wrong).code == "validation_failed"


def test_nothing_of_anybody_elses_is_in_it(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    live(wallet, create_person(wallet, card=True), clock)

    seen = {it["type"] for it in timeline(agent, person, limit=100)["data"]}
    assert seen == {"bank_card", "session"}


def test_it_speaks_the_agents_language(person: Person, agent: Colleague) -> None:
    person.pay(12_800)
    chinese = agent.client.with_headers(Accept_Language="zh-CN")
    (paid,) = chinese.get(f"/internal/v1/customers/{person.user_id}/timeline", type="payment")[
        "data"
    ]

    assert paid["text"] == "向星辰咖啡付款¥128.00：成功"


def test_every_type_has_a_source() -> None:
    assert {source.type for source in SOURCES} == set(EntryType)


@pytest.mark.parametrize("page", ["first", "second"])
def test_a_page_is_one_short_query_per_source(
    wallet: Wallet, person: Person, agent: Colleague, page: str
) -> None:
    """However long a life was: an index brings the newest rows, no query reads more than a page."""
    for _ in range(3):
        person.pay(100)
    cursor = {}
    if page == "second":
        cursor = {"cursor": timeline(agent, person, limit=1)["next_cursor"]}
    statements: list[str] = []

    def note(_c: Any, _cu: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with wallet.app.app_context():
        sa.event.listen(wallet.database.engine, "before_cursor_execute", note)
    timeline(agent, person, limit=2, **cursor)
    limited = [it for it in statements if "LIMIT" in it]
    assert len(limited) == len(SOURCES)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_no_source_reads_a_table_from_end_to_end(wallet: Wallet, person: Person) -> None:
    """On SQLite, whose plans don't depend on how much there is: each query searches by an index."""
    with wallet.database.snapshot() as tx:
        for source in SOURCES:
            query = source.query(person.user_id).order_by(source.at.desc(), source.row_id.desc())
            text = query.limit(21).compile(tx.get_bind(), compile_kwargs={"literal_binds": True})
            plan = [row[3] for row in tx.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]
            assert not [step for step in plan if step.startswith("SCAN")], (source.event, plan)
