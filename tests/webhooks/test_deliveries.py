"""What happens is told, again and again for three days, one at a time per endpoint."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from app.core.clock import rfc3339
from app.core.events import Event
from app.factory import Wallet
from app.webhooks.operations import WebhookDependencies
from app.webhooks.rules import TRIES_AT
from app.webhooks.sending import Sent
from tests.conftest import Clock
from tests.factories.people import create_person
from tests.factories.webhooks import (
    BROKEN,
    GONE,
    Admin,
    FakeSender,
    Receiver,
    announce,
    answers,
    create_admin,
)
from tests.webhooks.conftest import ON_SQLITE


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def tries_of(delivery: Any) -> list[timedelta]:
    """When the tries were, from the creation on, to the second."""
    began = moment(delivery["created_at"])
    gaps = [moment(it["at"]) - began for it in delivery["attempts"]]
    return [timedelta(seconds=round(it.total_seconds())) for it in gaps]


def test_a_payment_is_told_to_a_real_receiver_signed(
    wallet: Wallet, admin: Admin, receiver: Receiver, clock: Clock
) -> None:
    made = admin.create(receiver.url, ["payment.*"])
    person = create_person(wallet)
    paid = person.pay(1800)
    clock.run_due()
    (arrived,) = receiver.arrived
    told = Webhook(made["secret"]).verify(arrived.body, arrived.headers)
    assert told["type"] == "payment.succeeded"
    assert told["data"] == {
        "id": paid["id"],
        "user_id": person.user_id,
        "status": "succeeded",
        "amount": 1800,
        "currency": "CNY",
        "failure_code": None,
    }
    assert moment(told["timestamp"]) == moment(paid["updated_at"])
    delivery = admin.delivery(made["id"])
    assert (delivery["status"], delivery["type"]) == ("delivered", "payment.succeeded")
    assert (delivery["event_id"], delivery["next_attempt_at"]) == (arrived.id, None)
    assert arrived.id.startswith("evt_")
    (attempt,) = delivery["attempts"]
    assert (attempt["http_status"], attempt["problem"]) == (204, None)
    assert attempt["latency_ms"] >= 0


@ON_SQLITE
def test_one_event_has_one_id_for_all_who_asked_for_it_and_the_others_hear_nothing(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, clock: Clock
) -> None:
    admin = create_admin(wallet)
    ids = [admin.create(events=it)["id"] for it in (["*"], ["payment.*"], ["refund.*"])]
    announce(wallet)
    clock.run_due()
    assert len(sender.sent) == 2
    assert len({it.id for it in sender.sent}) == 1
    assert len({it.body for it in sender.sent}) == 1
    assert len({it.secret for it in sender.sent}) == 2
    assert admin.deliveries(ids[2]) == []


@ON_SQLITE
def test_nothing_is_told_of_a_transaction_that_failed(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, clock: Clock
) -> None:
    create_admin(wallet).create()

    def fail_after_announcing() -> None:
        with wallet.database.transaction() as tx:
            wallet.events.announce(tx, Event("payment.failed", "pay_1", None, {}))
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_announcing()
    clock.run_due()
    assert sender.sent == []


def test_a_broken_receiver_is_tried_for_three_days_with_the_same_id(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    sender.answer = answers(then=BROKEN)
    endpoint_id = admin.create()["id"]
    announce(wallet)
    clock.advance(days=2, hours=23)
    admin = create_admin(wallet)
    delivery = admin.delivery(endpoint_id)
    assert (delivery["status"], len(delivery["attempts"])) == ("pending", len(TRIES_AT) - 1)
    clock.advance(hours=1)
    admin = create_admin(wallet)
    delivery = admin.delivery(endpoint_id)
    assert (delivery["status"], delivery["next_attempt_at"]) == ("failed", None)
    assert tries_of(delivery) == list(TRIES_AT)
    assert {it["http_status"] for it in delivery["attempts"]} == {500}
    assert {it.id for it in sender.sent} == {delivery["event_id"]}
    clock.advance(days=3)
    assert len(sender.sent) == len(TRIES_AT)


@ON_SQLITE
def test_a_receiver_that_comes_back_is_told_at_the_next_try(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    sender.answer = answers(Sent(None, "connection_refused", 1), Sent(302, None, 2))
    endpoint_id = admin.create()["id"]
    announce(wallet)
    clock.run_due()
    began = admin.delivery(endpoint_id)
    assert began["status"] == "pending"
    assert moment(began["next_attempt_at"]) == moment(began["created_at"]) + timedelta(seconds=5)
    clock.advance(minutes=6)
    delivery = admin.delivery(endpoint_id)
    assert delivery["status"] == "delivered"
    tries = [(it["http_status"], it["problem"]) for it in delivery["attempts"]]
    assert tries == [(None, "connection_refused"), (302, None), (204, None)]


def test_a_delivered_one_is_delivered_again_on_request_at_once_with_the_same_id(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]
    announce(wallet)
    clock.run_due()
    delivery = admin.delivery(endpoint_id)
    again = admin.redeliver(delivery["id"])
    assert (again.status, again["status"], len(again["attempts"])) == (202, "pending", 1)
    clock.run_due()
    assert [it.id for it in sender.sent] == [delivery["event_id"]] * 2
    delivery = admin.delivery(endpoint_id)
    assert (delivery["status"], len(delivery["attempts"])) == ("delivered", 2)


@ON_SQLITE
def test_a_failed_one_begins_its_tries_anew(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    sender.answer = answers(then=BROKEN)
    endpoint_id = admin.create()["id"]
    announce(wallet)
    clock.advance(days=3)
    admin = create_admin(wallet)
    delivery = admin.delivery(endpoint_id)
    assert delivery["status"] == "failed"
    sender.answer = answers(BROKEN, BROKEN)
    admin.redeliver(delivery["id"])
    clock.advance(minutes=6)
    delivery = admin.delivery(endpoint_id)
    assert (delivery["status"], len(delivery["attempts"])) == ("delivered", len(TRIES_AT) + 3)


def test_a_receiver_that_is_gone_is_told_nothing_more_until_it_takes_a_redelivery(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]
    sender.answer = answers(BROKEN, GONE)
    announce(wallet)
    announce(wallet)
    clock.run_due()
    assert admin.endpoint(endpoint_id)["status"] == "disabled"
    deliveries = admin.deliveries(endpoint_id)
    assert [it["status"] for it in deliveries] == ["failed", "failed"]
    announce(wallet)
    clock.advance(days=1)
    admin = create_admin(wallet)
    assert len(admin.deliveries(endpoint_id)) == len(sender.sent) == 2
    admin.redeliver(deliveries[0]["id"])
    clock.run_due()
    assert admin.endpoint(endpoint_id)["status"] == "enabled"
    announce(wallet)
    clock.run_due()
    assert [it["status"] for it in admin.deliveries(endpoint_id)][:2] == ["delivered", "delivered"]


def test_deliveries_are_kept_for_thirty_days(
    wallet: Wallet, webhooks: WebhookDependencies, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]
    announce(wallet)
    clock.advance(days=10)
    announce(wallet)
    clock.advance(days=20)
    assert len(create_admin(wallet).deliveries(endpoint_id)) == 2
    clock.advance(days=1, minutes=1)
    assert len(create_admin(wallet).deliveries(endpoint_id)) == 1
    clock.advance(days=10)
    assert create_admin(wallet).deliveries(endpoint_id) == []
    with wallet.database.snapshot() as tx:
        assert tx.connection().exec_driver_sql("SELECT count(*) FROM webhook_events").scalar() == 0
        assert tx.connection().exec_driver_sql("SELECT count(*) FROM jobs").scalar() == 0


def test_deliveries_come_page_by_page_newest_first(
    wallet: Wallet, webhooks: WebhookDependencies, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]
    for kind in ("payment.failed", "refund.failed", "transfer.failed"):
        announce(wallet, kind)
        clock.run_due()
    path = f"/internal/v1/webhook-endpoints/{endpoint_id}/deliveries"
    first = admin.client.get(path, limit=2)
    second = admin.client.get(path, limit=2, cursor=first["next_cursor"])
    types = [it["type"] for it in first["data"] + second["data"]]
    assert types == ["transfer.failed", "refund.failed", "payment.failed"]


@ON_SQLITE
def test_times_are_virtual_but_for_the_header_that_receivers_compare(
    wallet: Wallet, admin: Admin, receiver: Receiver, clock: Clock
) -> None:
    endpoint_id = admin.create(receiver.url)["id"]
    clock.jump_to(clock.now() + timedelta(days=100))
    announce(wallet)
    clock.run_due()
    (arrived,) = receiver.arrived
    assert abs(int(arrived.headers["webhook-timestamp"]) - time.time()) < 30
    delivery = create_admin(wallet).delivery(endpoint_id)
    for told in (arrived.document["timestamp"], delivery["attempts"][0]["at"]):
        assert told > rfc3339(clock.now() - timedelta(minutes=1))
