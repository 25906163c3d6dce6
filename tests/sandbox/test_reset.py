"""Back to the seed: everything is empty, and what began before writes nothing after."""

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.clock import VirtualClock
from app.core.database import Transaction
from app.edges.protocols import BalanceSource, Charge, SmsMessage
from app.edges.results import Outcome
from app.sandbox.emptying import KEPT, every_table
from tests.sandbox.doors import Doors, another_gateway, bound_card
from tests.sandbox.notes import Notes, worker_of
from tests.world.running import RunningWorld, at_once, eventually


def rows_of(tx: Transaction) -> dict[str, int]:
    """How many rows each table of the database holds."""
    tables = every_table(tx)
    return {
        name: tx.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
        for name in tables
    }


def rows(doors: Doors) -> dict[str, int]:
    with doors.wallet.database.snapshot() as tx:
        return rows_of(tx)


def epoch_of(doors: Doors) -> int:
    with doors.wallet.database.snapshot() as tx:
        return tx.epoch


def reset(doors: Doors) -> None:
    answer = doors.post("/reset")
    assert (answer.status, answer.raw) == (204, b""), answer.body


def make_a_mess(doors: Doors) -> str:
    """Something in every corner; an access token that must stop working."""
    user = doors.user(bank_card=True)
    bound_card(doors, user, "6228481000000000009")
    user.move("top-ups", 300)
    user.move("withdrawals", 200)
    doors.post("/agents", {})
    doors.fault("gateway", "reset_before", times=5)
    user.pay(500)
    doors.wallet.edges.sms.send(SmsMessage("one", "+8613712345678", "verification_code", "Hello"))
    doors.client.post(
        "/v1/auth/verifications",
        {"purpose": "reset_password", "identifier": user.made["identifier"]},
    )
    doors.advance(100)
    return str(user.made["access_token"])


def test_a_reset_leaves_nothing_but_the_seed(live: Doors) -> None:
    seeded = rows(live)
    token = make_a_mess(live)
    assert rows(live) != seeded
    reset(live)
    assert rows(live) == seeded
    for path in ("/messages", "/faults", "/gateway/charges"):
        assert live.listing(path) == []
    assert live.listing("/bank-statements", card_number="6228481000000000009") == []
    assert live.get("/clock")["offset_seconds"] == 0
    assert live.client.as_bearer(token).get("/v1/wallet").status == 401
    live.check()


def test_after_a_reset_everything_works_again(live: Doors) -> None:
    make_a_mess(live)
    reset(live)
    make_a_mess(live)
    user = live.user(balance=700)
    live.delete("/faults")
    assert user.pay(700)["status"] == "succeeded"
    live.check()


def test_a_reset_can_come_at_any_time_and_twice(doors: Doors) -> None:
    first = epoch_of(doors)
    reset(doors)
    reset(doors)
    assert epoch_of(doors) == first + 2


def test_every_table_but_the_clock_is_emptied(doors: Doors) -> None:
    with doors.wallet.database.snapshot() as tx:
        found = set(every_table(tx))
    assert {table.name for table in VirtualClock.metadata.sorted_tables} - found == {
        VirtualClock.__tablename__
    }
    assert not found & KEPT
    assert "faq_index" in found  # no model: kept by the search itself


def test_the_ledger_is_as_immutable_after_a_reset_as_before(doors: Doors) -> None:
    doors.user()
    reset(doors)
    doors.user()
    for statement in (
        "DELETE FROM ledger_postings",
        "DELETE FROM ledger_transactions",
        "UPDATE ledger_postings SET amount_minor = 1",
    ):
        with pytest.raises(DBAPIError), doors.wallet.database.transaction() as tx:
            tx.execute(sa.text(statement))


def test_a_reset_while_a_payment_hangs_lets_it_write_nothing(
    live: Doors, world: RunningWorld
) -> None:
    seeded = rows(live)
    user = live.user()
    live.fault("gateway", "hang_after", operation="charge")
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(user.pay(500)))
    thread.start()
    eventually(lambda: world.listing("/charges"), 30)
    reset(live)
    thread.join(30)
    [answer] = answers
    assert (answer.status, answer.code) == (503, "busy")
    assert rows(live) == seeded
    assert live.listing("/gateway/charges") == []
    live.check()


def test_a_charge_that_arrives_after_the_reset_takes_nothing(live: Doors) -> None:
    user = live.user()
    gateway = live.wallet.edges.gateway
    late: list[Any] = []

    class Slow:
        """A gateway whose wire is slow: the reset overtakes the request."""

        def charge(self, charge: Charge) -> Any:
            reset(live)
            late.append(gateway.charge(charge))
            return late[0]

    with another_gateway(live, Slow()):
        assert user.pay(500).status == 503
    assert late[0].outcome is Outcome.FAILED
    assert live.listing("/gateway/charges") == []
    live.check()


def test_a_charge_that_slips_in_during_the_reset_is_forgotten_too(
    live: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world is reset, the charge arrives, and only then comes the cancel: it is reset again."""
    user = live.user()
    gateway = live.wallet.edges.gateway
    begun, go_on = threading.Event(), threading.Event()
    plain = type(gateway).cancel
    cancels: list[str] = []

    def cancel(self: Any, reference: str) -> Any:
        late = Charge(reference, 500, "CNY", "usr_x", None, BalanceSource(), "")
        while not cancels and gateway.charge(late).outcome is not Outcome.SUCCEEDED:
            pass  # on a busy machine the world may take longer than a call waits
        cancels.append(reference)
        return plain(self, reference)

    class Slow:
        def charge(self, charge: Charge) -> Any:
            begun.set()
            go_on.wait(30)
            return gateway.charge(charge)

    monkeypatch.setattr(type(gateway), "cancel", cancel)
    with another_gateway(live, Slow()):
        thread = threading.Thread(target=user.pay)
        thread.start()
        assert begun.wait(30)
        reset(live)
        go_on.set()
        thread.join(30)
    assert len(cancels) == 2
    assert live.listing("/gateway/charges") == []


def test_a_job_that_runs_during_a_reset_writes_nothing_and_ends_quietly(doors: Doors) -> None:
    seeded = rows(doors)
    notes = Notes(doors)
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(30)
        notes.schedule("child", 1)

    notes.then = {"slow": work}
    notes.schedule("slow", -1)
    with worker_of(doors):
        assert begun.wait(30)
        began = time.monotonic()
        reset(doors)
        assert time.monotonic() - began > 0.9  # it was given a second to end
        go_on.set()
    assert rows(doors) == seeded
    notes.schedule("next", -1)
    with worker_of(doors):
        eventually(lambda: "next" in notes.subjects, 30)


def test_a_reset_during_an_advance_ends_it(doors: Doors) -> None:
    notes = Notes(doors)
    notes.then = {"first": lambda: reset(doors)}
    notes.schedule("first", 5)
    notes.schedule("second", 6)
    answer = doors.post("/clock/advance", {"seconds": 60})
    assert (answer.status, answer.code) == (503, "busy")
    assert notes.subjects == ["first"]
    assert doors.get("/clock")["offset_seconds"] == 0
    assert doors.advance(60) == []


def test_resets_and_users_at_once_never_mix(doors: Doors) -> None:
    def work(number: int) -> int:
        if number % 4 == 0:
            return doors.post("/reset").status
        return doors.post("/users", {}).status

    statuses = at_once(12, work)
    assert set(statuses[::4]) == {204}
    assert set(statuses) <= {201, 204, 503}
    doors.check()


def test_a_world_that_is_away_leaves_everything_as_it_was(
    live: Doors, shared_world: RunningWorld
) -> None:
    user = live.user()
    before, epoch = rows(live), epoch_of(live)
    shared_world.kill()
    try:
        answer = live.post("/reset")
        assert (answer.status, answer.code) == (503, "busy")
    finally:
        shared_world.start()
    assert (rows(live), epoch_of(live)) == (before, epoch)
    assert user.pay(100)["status"] == "succeeded"


def test_a_reader_of_many_tables_is_waited_for_and_never_in_a_knot(doors: Doors) -> None:
    doors.user()
    with doors.wallet.database.snapshot() as tx:
        tx.execute(sa.text("SELECT * FROM ledger_postings")).all()
        statuses: list[int] = []
        thread = threading.Thread(target=lambda: statuses.append(doors.post("/reset").status))
        thread.start()
        thread.join(0.3)
        for table in every_table(tx):
            tx.execute(sa.select(sa.func.count()).select_from(sa.table(table))).one()
        assert tx.scalar(sa.text("SELECT count(*) FROM users")) == 1  # all of one moment
    thread.join(30)
    assert statuses == [204]


def test_a_reader_that_stays_makes_a_reset_busy_where_readers_hold_locks(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sandbox.emptying.LOCK_SECONDS", 0.1)
    user = doors.user()
    with doors.wallet.database.snapshot() as tx:
        tx.execute(sa.text("SELECT * FROM users")).all()
        status = doors.post("/reset").status
    on_sqlite = doors.wallet.database.is_sqlite
    assert status == (204 if on_sqlite else 503)
    assert user.client.get("/v1/wallet").status == (401 if on_sqlite else 200)


def test_a_lock_that_does_not_come_is_busy(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.database.CLOCK_LOCK_TIMEOUT_MS", 200)
    monkeypatch.setattr("app.core.database.BUSY_TIMEOUT_MS", 200)
    user = doors.user()
    with doors.wallet.database.transaction():
        answer = doors.post("/reset")
        assert (answer.status, answer.code) == (503, "busy")
        assert answer.headers["Retry-After"] == "1"
    assert user.client.get("/v1/wallet").status == 200
    reset(doors)
