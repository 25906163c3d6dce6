"""Virtual time: forward only, each job at its own moment, one advance at a time, the worker kept out."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.clock import VirtualClock, machine_now, to_ms
from app.core.errors import Refusal
from app.core.jobs import Job
from app.sandbox.clock_lease import hold_clock
from app.sandbox.operations import advance_clock as advance_module
from tests.factories.banking import new_card_body
from tests.sandbox.doors import Doors
from tests.sandbox.notes import NOTE, Notes, worker_of
from tests.world.running import RunningWorld, at_once, eventually


@pytest.fixture
def notes(doors: Doors) -> Notes:
    return Notes(doors)


def now_of(doors: Doors) -> datetime:
    return datetime.fromisoformat(doors.get("/clock")["now"])


def test_the_clock_begins_at_the_machines_time(doors: Doors) -> None:
    answer = doors.get("/clock")
    assert (set(answer.body), answer["offset_seconds"]) == ({"now", "offset_seconds"}, 0)
    assert abs(now_of(doors) - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_moves_by_exactly_so_many_seconds(doors: Doors) -> None:
    answer = doors.post("/clock/advance", {"seconds": 3600})
    assert answer.status == 200
    assert (answer["offset_seconds"], answer["ran"]) == (3600, [])
    assert doors.post("/clock/advance", {"seconds": 0})["offset_seconds"] == 3600
    assert doors.get("/clock")["offset_seconds"] == 3600


def test_the_clock_moves_to_a_moment(doors: Doors) -> None:
    target = now_of(doors) + timedelta(days=3)
    answer = doors.post("/clock/advance", {"to": target.isoformat()})
    assert answer.status == 200
    late = datetime.fromisoformat(answer["now"]) - target
    assert timedelta(0) <= late < timedelta(seconds=2)


def test_each_job_runs_at_its_own_moment_and_in_order(doors: Doors, notes: Notes) -> None:
    due = {name: notes.schedule(name, at) for name, at in (("c", 900), ("a", 5), ("b", 60))}
    notes.schedule("later", 7200)
    ran = doors.advance(3600)
    assert notes.subjects == ["a", "b", "c"]
    for name, now in notes.ran:
        assert timedelta(0) <= now - due[name] < timedelta(seconds=1)
    assert [each["job"] for each in ran] == [NOTE] * 3
    moments = [datetime.fromisoformat(each["due_at"]) for each in ran]
    assert moments == [due["a"], due["b"], due["c"]]
    assert all(each["id"].startswith("job_") for each in ran)


def test_what_is_due_already_runs_in_an_advance_by_nothing(doors: Doors, notes: Notes) -> None:
    notes.schedule("overdue", -10)
    assert len(doors.advance(0)) == 1
    assert notes.subjects == ["overdue"]


def test_jobs_that_are_created_on_the_way_run_on_the_way(doors: Doors, notes: Notes) -> None:
    notes.then = {
        "first": lambda: notes.schedule("second", 100),
        "second": lambda: notes.schedule("too late", 4000),
    }
    notes.schedule("first", 10)
    notes.schedule("third", 3000)
    doors.advance(3600)
    assert notes.subjects == ["first", "second", "third"]


def test_a_job_that_fails_comes_again_on_the_way_and_holds_nobody_up(
    doors: Doors, notes: Notes
) -> None:
    def fail() -> None:
        raise RuntimeError("as it was told")

    notes.then = {"bad": fail}
    notes.schedule("bad", 1)
    notes.schedule("good", 30)
    doors.advance(20)
    assert notes.subjects == ["bad"] * 4  # at 1, 3, 7 and 15 s
    notes.then = {}
    doors.advance(40)
    assert notes.subjects[4:] in (["good", "bad"], ["bad", "good"])


def test_an_advance_takes_so_many_steps_and_no_more(
    doors: Doors, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advance_module, "MOST_STEPS", 3)
    for number in range(5):
        notes.schedule(str(number), 10 + number)
    answer = doors.post("/clock/advance", {"seconds": 60})
    assert (answer.status, answer.code, answer["retry_after"]) == (503, "busy", 1)
    assert notes.subjects == ["0", "1", "2"]
    assert 11 < doors.get("/clock")["offset_seconds"] <= 12
    assert len(doors.advance(60)) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"seconds": 1, "to": "2099-01-01T00:00:00Z"}, ""),
        ({"seconds": -1}, "/seconds"),
        ({"seconds": 1.5}, "/seconds"),
        ({"seconds": "60"}, "/seconds"),
        ({"seconds": 10**9}, "/seconds"),
        ({"seconds": 10**40}, "/seconds"),
        ({"to": "2020-01-01T00:00:00Z"}, "/to"),
        ({"to": "2999-01-01T00:00:00Z"}, "/to"),
        ({"to": "tomorrow"}, "/to"),
        ({"to": "2027-01-01T00:00:00"}, "/to"),
        ({"minutes": 1, "seconds": 1}, "/minutes"),
    ],
)
def test_any_other_way_than_forward_is_refused(
    doors: Doors, body: dict[str, object], pointer: str
) -> None:
    answer = doors.post("/clock/advance", body)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [error["pointer"] for error in answer["errors"]] == [pointer]
    assert doors.get("/clock")["offset_seconds"] == 0


def test_ten_years_in_all_are_the_most(doors: Doors) -> None:
    year = 365 * 86400
    doors.advance(9 * year)
    assert doors.post("/clock/advance", {"seconds": 2 * year}).status == 422
    doors.advance(year)


def test_the_worker_stays_out_while_the_clock_is_advanced(doors: Doors, notes: Notes) -> None:
    seen: list[object] = []
    notes.then = {"first": lambda: seen.append(doors.wallet.jobs.claim_next())}
    notes.schedule("first", 5)
    notes.schedule("second", 5)
    doors.advance(10)
    assert (seen, notes.subjects) == ([None], ["first", "second"])
    notes.schedule("after", -1)
    assert doors.wallet.jobs.claim_next() is not None  # and comes back at the end


def test_the_worker_comes_back_after_an_advance_that_was_refused(doors: Doors) -> None:
    assert doors.post("/clock/advance", {"to": "2020-01-01T00:00:00Z"}).status == 422
    assert _lease_of(doors) == 0


def test_a_job_that_the_worker_has_begun_is_waited_for(doors: Doors, notes: Notes) -> None:
    begun, go_on = threading.Event(), threading.Event()
    notes.then = {"slow": lambda: (begun.set(), go_on.wait(10))}
    notes.schedule("slow", -1)
    with worker_of(doors):
        assert begun.wait(30)
        moved: list[Any] = []
        thread = threading.Thread(target=lambda: moved.append(doors.advance(60)))
        thread.start()
        thread.join(0.3)
        assert (thread.is_alive(), doors.get("/clock")["offset_seconds"]) == (True, 0)
        go_on.set()
        thread.join(30)
    assert moved == [[]]
    assert notes.subjects == ["slow"]


def test_a_job_that_never_ends_is_not_waited_for_forever(doors: Doors, notes: Notes) -> None:
    notes.schedule("claimed by the worker", -1)
    assert doors.wallet.jobs.claim_next() is not None
    wallet = doors.wallet
    with (
        pytest.raises(Refusal) as refused,
        hold_clock(wallet.database, wallet.jobs, 0.1),
    ):
        pass
    assert refused.value.code == "busy"
    assert _lease_of(doors) == 0


def test_a_job_of_a_process_that_died_is_not_waited_for(doors: Doors, notes: Notes) -> None:
    notes.schedule("left behind", -1)
    assert doors.wallet.jobs.claim_next() is not None
    with doors.wallet.database.transaction() as tx:
        host = tx.scalar(sa.select(Job.claimed_by)).split(":")[0]
        tx.execute(sa.update(Job).values(claimed_by=f"{host}:999999999:1"))
    doors.advance(1)
    assert notes.subjects == ["left behind"]


def test_the_lease_of_an_advance_that_was_killed_lapses(doors: Doors, notes: Notes) -> None:
    with doors.wallet.database.transaction() as tx:
        tx.execute(sa.update(VirtualClock).values(advancing_until_ms=to_ms(machine_now()) + 300))
    notes.schedule("due", -1)
    assert doors.wallet.jobs.claim_next() is None
    assert len(doors.advance(1)) == 1  # it has waited for it


def test_two_advances_at_once_come_one_after_the_other(doors: Doors, notes: Notes) -> None:
    for number in range(10):
        notes.schedule(str(number), 5 + number)
    answers = at_once(4, lambda _: doors.post("/clock/advance", {"seconds": 100}))
    assert [answer.status for answer in answers] == [200] * 4
    assert sorted(answer["offset_seconds"] for answer in answers) == [100, 200, 300, 400]
    assert sorted(notes.subjects) == sorted(str(number) for number in range(10))
    assert sum(len(answer["ran"]) for answer in answers) == 10


def test_an_advance_beside_a_busy_worker_runs_each_job_once_and_in_time(
    doors: Doors, notes: Notes
) -> None:
    due = {}
    with worker_of(doors):
        for number in range(30):
            due[str(number)] = notes.schedule(str(number), number * 20)
        at_once(3, lambda _: doors.advance(250))
        eventually(lambda: len(notes.ran) == 30, 30)
    assert sorted(notes.subjects) == sorted(due)
    assert all(now >= due[name] for name, now in notes.ran)


def test_the_worlds_books_carry_virtual_time(live: Doors, world: RunningWorld) -> None:
    user = live.user(bank_card=True)
    live.advance(600)
    user.move("top-ups")
    [charge] = live.listing("/gateway/charges")
    late = now_of(live) - datetime.fromisoformat(charge["created_at"])
    assert timedelta(0) <= late < timedelta(seconds=2)


def test_the_world_knows_the_time_before_a_job_runs(live: Doors) -> None:
    user = live.user(bank_card=True)
    live.fault("gateway", "reset_before")
    assert user.pay()["status"] == "processing"
    notes = Notes(live)
    seen: list[Any] = []
    notes.then = {"look": lambda: seen.append(live.wallet.edges.gateway.inquire("unknown"))}
    due_at = notes.schedule("look", 500)
    world_now = []
    notes.then["look"] = lambda: world_now.append(
        live.fault("gateway", "declined", after=9)["created_at"]
    )
    live.advance(1000)
    late = datetime.fromisoformat(world_now[0]) - due_at
    assert timedelta(0) <= late < timedelta(seconds=1)


def test_without_the_world_the_clock_does_not_move(live: Doors, shared_world: RunningWorld) -> None:
    notes = Notes(live)
    notes.schedule("due", 5)
    shared_world.kill()
    try:
        answer = live.post("/clock/advance", {"seconds": 10})
        assert (answer.status, answer.code) == (503, "busy")
        assert (live.get("/clock")["offset_seconds"], notes.ran) == (0, [])
    finally:
        shared_world.start()
    assert len(live.advance(10)) == 1


def _lease_of(doors: Doors) -> int:
    with doors.wallet.database.snapshot() as tx:
        return int(tx.scalar(sa.select(VirtualClock.advancing_until_ms)) or 0)


def test_what_a_job_at_the_very_end_leaves_to_do_is_done_too(doors: Doors) -> None:
    user = doors.user()
    card = user.client.post("/v1/bank-cards", new_card_body())
    doors.advance(1)
    expires_at = card["verification"]["expires_at"]
    ran = doors.post("/clock/advance", {"to": expires_at})["ran"]
    assert [each["job"] for each in ran if "notifications" not in each["job"]] == [
        "expire_bank_card",
        "claw_back_micro_deposit",
    ]
