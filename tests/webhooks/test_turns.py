"""Who is slow, silent, gone or deleted holds up nobody else: one turn an endpoint, and hands apart."""

import threading
import time
from datetime import timedelta

import pytest

from app.factory import Wallet
from app.webhooks.operations import WebhookDependencies
from app.webhooks.rules import HANDS, HANDS_FOR_SILENT
from app.webhooks.sending import Message, Sent
from tests.conftest import Clock
from tests.factories.webhooks import (
    BROKEN,
    SILENCE,
    TAKEN,
    Admin,
    FakeSender,
    announce,
    answers,
    create_admin,
)
from tests.webhooks.conftest import ON_SQLITE


def test_a_silent_receiver_rests_and_what_waits_for_it_costs_no_time(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    sender.answer = answers(then=SILENCE)
    endpoint_id = admin.create()["id"]
    for _ in range(30):
        announce(wallet)
    clock.run_due()
    assert len(sender.sent) == 1
    clock.advance(minutes=10)
    assert len(sender.sent) == 7  # at 0, 5, 15, 35, 75, 155 and 315 s; the next is at 635 s
    sender.answer = answers()
    clock.advance(hours=1)
    told = create_admin(wallet).deliveries(endpoint_id, limit=100)
    assert {it["status"] for it in told} == {"delivered"}


def test_a_deleted_endpoint_gets_what_was_on_its_way_and_nothing_is_recorded(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]

    def delete_meanwhile(_: Message) -> Sent:
        path = f"/internal/v1/webhook-endpoints/{endpoint_id}"
        assert admin.client.delete(path).status == 204
        return BROKEN

    sender.answer = delete_meanwhile
    announce(wallet)
    clock.advance(days=4)
    assert len(sender.sent) == 1


def test_a_redelivery_during_a_try_is_not_lost(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]

    def redeliver_meanwhile(_: Message) -> Sent:
        sender.answer = answers()
        clock.jump_to(clock.now() + timedelta(seconds=1))
        admin.redeliver(admin.delivery(endpoint_id)["id"])
        return TAKEN

    sender.answer = redeliver_meanwhile
    announce(wallet)
    clock.run_due()
    assert len(sender.sent) == 2
    assert admin.delivery(endpoint_id)["status"] == "delivered"


def test_a_process_that_dies_in_the_middle_leaves_its_turn_to_whoever_runs_its_job(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    endpoint_id = admin.create()["id"]

    class DiedError(BaseException):
        pass

    def die(_: Message) -> Sent:
        raise DiedError

    sender.answer = die
    announce(wallet)
    job = wallet.jobs.claim_next()
    assert job is not None
    with pytest.raises(DiedError):
        wallet.jobs.run(job)
    announce(wallet)
    clock.run_due()
    assert len(sender.sent) == 1  # the turn is still taken, and its job is claimed
    sender.answer = answers()
    wallet.jobs.run(job)  # as after void_dead_claims
    clock.run_due()
    assert {it["status"] for it in admin.deliveries(endpoint_id)} == {"delivered"}


def run_all_at_once(wallet: Wallet, hands: int) -> None:
    """Run due jobs with so many hands, as the worker does, until none is due."""

    def work() -> None:
        idle = 0
        while idle < 10:
            job = wallet.jobs.claim_next()
            if job is None:
                idle += 1
                time.sleep(0.02)
            else:
                idle = 0
                wallet.jobs.run(job)

    threads = [threading.Thread(target=work) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_endpoint_gets_one_message_at_a_time_and_each_once(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin
) -> None:
    at_once = Gauge()
    sender.answer = at_once.answer
    endpoint_id = admin.create()["id"]
    for _ in range(12):
        announce(wallet)
    run_all_at_once(wallet, hands=8)
    assert at_once.most == 1
    assert len({it.id for it in sender.sent}) == len(sender.sent) == 12
    assert {it["status"] for it in admin.deliveries(endpoint_id)} == {"delivered"}


class Gauge:
    """How many answers were under way at once, at most."""

    def __init__(self) -> None:
        self.most = self._now = 0
        self._lock = threading.Lock()

    def answer(self, _: Message) -> Sent:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        with self._lock:
            self._now -= 1
        return TAKEN


@ON_SQLITE
def test_slow_receivers_leave_hands_free_for_other_work(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin
) -> None:
    at_once = Gauge()
    sender.answer = at_once.answer
    for _ in range(HANDS + 3):
        admin.create()
    announce(wallet)
    run_all_at_once(wallet, hands=8)
    assert at_once.most <= HANDS
    time.sleep(1)  # those for whom no hand was free come back in a second
    run_all_at_once(wallet, hands=2)
    assert len({it.secret for it in sender.sent}) == HANDS + 3


@ON_SQLITE
def test_receivers_that_were_silent_share_a_hand_and_leave_the_others_to_those_who_answer(
    wallet: Wallet, webhooks: WebhookDependencies, sender: FakeSender, admin: Admin, clock: Clock
) -> None:
    for _ in range(4):
        admin.create()
    sender.answer = answers(then=SILENCE)
    announce(wallet)
    clock.run_due()
    clock.jump_to(clock.now() + timedelta(seconds=6))
    at_once = Gauge()
    sender.answer = at_once.answer
    run_all_at_once(wallet, hands=8)
    assert at_once.most == HANDS_FOR_SILENT
