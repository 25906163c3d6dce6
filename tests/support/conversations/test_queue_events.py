"""The queue's events are numbered without a gap in the order of their commits, whoever writes and whoever numbers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from app.core.events import Event
from app.factory import Wallet
from app.support.conversations.models import QueueEvent
from app.support.conversations.queue_events import (
    events_after,
    forget_old_events,
    last_number,
    number_events,
)
from tests.conftest import Clock


def happen(wallet: Wallet, what: str = "conversation.opened", about: str = "cnv_1") -> None:
    with wallet.database.transaction() as tx:
        wallet.events.announce(tx, Event(what, about, None, {"status": "new", "before": "new"}))


def test_only_what_happens_in_conversations_is_in_the_queue(wallet: Wallet) -> None:
    happen(wallet, "conversation.snoozed")
    happen(wallet, "payment.succeeded")
    number_events(wallet.database)
    with wallet.database.snapshot() as tx:
        assert [it.type for it in events_after(tx, 0, 10)] == ["snoozed"]


def test_numbers_have_no_gap_with_many_writers_and_many_who_number(wallet: Wallet) -> None:
    seen: list[int] = []

    def write(number: int) -> None:
        happen(wallet, "conversation.snoozed", f"cnv_{number}")
        number_events(wallet.database)

    def read() -> None:
        for _ in range(20):
            number_events(wallet.database)
            with wallet.database.snapshot() as tx:
                seen.extend(it.number or 0 for it in events_after(tx, len(seen), 100))

    with ThreadPoolExecutor(5) as pool:
        reading = pool.submit(read)
        list(pool.map(write, range(24)))
        reading.result()
    read()
    assert seen == list(range(1, 25))


def test_what_was_rolled_back_has_no_number(wallet: Wallet) -> None:
    try:
        with wallet.database.transaction() as tx:
            wallet.events.announce(tx, Event("conversation.snoozed", "cnv_1", None, {}))
            raise LookupError
    except LookupError:
        pass
    happen(wallet, "conversation.snoozed", "cnv_2")
    number_events(wallet.database)
    with wallet.database.snapshot() as tx:
        assert [(it.number, it.conversation_id) for it in events_after(tx, 0, 9)] == [(1, "cnv_2")]


def test_old_events_are_forgotten_and_numbers_go_on(wallet: Wallet, clock: Clock) -> None:
    happen(wallet, "conversation.snoozed")
    number_events(wallet.database)
    clock.jump_to(clock.now() + timedelta(days=1, minutes=1))
    forget_old_events(wallet.database)
    with wallet.database.snapshot() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(QueueEvent)) == 0
        assert last_number(tx) == 1
    happen(wallet, "conversation.snoozed")
    number_events(wallet.database)
    with wallet.database.snapshot() as tx:
        assert [it.number for it in events_after(tx, 1, 10)] == [2]
