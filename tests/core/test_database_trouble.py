"""A database that is away, locked or full: every call is told to come again, nothing is half done, and it passes."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.auth.hashing import PasswordHasher
from app.core import database as core_database
from app.core.jobs import DueJob, schedule
from app.edges.protocols import Charge
from app.edges.results import Answer as EdgeAnswer
from app.edges.results import Problem
from app.factory import Wallet, create_wallet
from app.ledger.invariants import check_ledger
from app.migrating import migrate
from app.worker import work_until
from soak.postgres import PostgresServer
from tests.client import Answer, Client
from tests.conftest import Clock, Outside, test_settings
from tests.databases import Databases
from tests.factories.people import Person, create_person
from tests.outages import Outage, filling, locking, own_postgres, stopping

KINDS = ("sqlite is locked", "postgres is stopped")


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with own_postgres() as server:
        yield server


@pytest.fixture(params=KINDS)
def trouble(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wallet(
    trouble: str,
    databases: Databases,
    outside: Outside,
    hasher: PasswordHasher,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Wallet]:
    """A wallet on a database that the test may bring into trouble."""
    monkeypatch.setattr(core_database, "BUSY_TIMEOUT_MS", 100)
    on_postgres = trouble == "postgres is stopped"
    url = request.getfixturevalue("postgres").url() if on_postgres else databases.create("sqlite")
    wired = create_wallet(test_settings(url, tmp_path), edges=outside.edges(), hasher=hasher)
    migrate(wired.database, wired.seeds)
    yield wired
    wired.close()
    if not on_postgres:
        databases.drop(url)


@pytest.fixture
def outage(trouble: str, wallet: Wallet, request: pytest.FixtureRequest) -> Outage:
    if trouble == "postgres is stopped":
        return stopping(request.getfixturevalue("postgres"))
    return locking(wallet.settings.database_url)


def assert_busy(answer: Answer) -> None:
    assert (answer.status, answer.code) == (503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1


def assert_books_in_order(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx:
        assert [check for check in check_ledger(tx) if not check.ok] == []


def test_a_call_that_moves_money_is_told_to_come_again_and_then_does_it_once(
    wallet: Wallet, outage: Outage, outside: Outside
) -> None:
    payer = create_person(wallet)
    with outage.now():
        assert_busy(payer.pay(1000, key="k1"))
        assert outside.gateway.calls == []
    answer = payer.pay(1000, key="k1")
    assert (answer.status, answer["status"]) == (201, "succeeded")
    assert payer.pay(1000, key="k1").raw == answer.raw
    assert payer.money.total == 99_000
    assert_books_in_order(wallet)


@pytest.mark.parametrize("trouble", ["postgres is stopped"], indirect=True)
def test_while_the_database_is_away_no_call_is_answered_500_and_none_with_a_login_works(
    wallet: Wallet, outage: Outage
) -> None:
    payer = create_person(wallet)
    with outage.now():
        answers = {
            (method, rule.rule): _call(payer.client, method, rule.rule)
            for rule in wallet.app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }
    assert {call for call, answer in answers.items() if answer.status == 500} == set()
    for (_method, path), answer in answers.items():
        if path.startswith(("/v1/me", "/v1/wallet", "/v1/payments", "/v1/bank-cards")):
            assert_busy(answer)
    assert answers["GET", "/healthz"].status == 200
    ready = answers["GET", "/readyz"]
    assert (ready.status, ready["database"]) == (503, "unreachable")
    assert ready.headers["Retry-After"]
    assert payer.client.get("/readyz").status == 200
    assert payer.client.get("/v1/wallet")["total"] == 100_000


def _call(client: Client, method: str, path: str) -> Answer:
    url = path.replace("<path:", "<")
    while "<" in url:
        url = url[: url.index("<")] + "x" + url[url.index(">") + 1 :]
    return client._call(method, url, json={} if method in ("POST", "PUT", "PATCH") else None)


@pytest.mark.parametrize("trouble", ["sqlite is locked"], indirect=True)
def test_reading_goes_on_while_somebody_else_writes_to_the_file(
    wallet: Wallet, outage: Outage
) -> None:
    payer = create_person(wallet)
    with outage.now():
        assert payer.client.get("/v1/wallet")["total"] == 100_000
        assert payer.client.get("/readyz").status == 200
        assert_busy(payer.pay(1000))


class Breaking:
    """A gateway during whose charge the database breaks: it acts, and we cannot write down what it said."""

    def __init__(self, outside: Outside, outage: Outage) -> None:
        self.real, self.outage = outside.gateway.charge, outage

    def __call__(self, charge: Charge) -> EdgeAnswer:
        answer = self.real(charge)
        self.outage.begin()
        return answer


@pytest.mark.parametrize("declined", [False, True], ids=["captured", "declined"])
def test_an_answer_that_cannot_be_written_down_is_found_by_the_inquiry_and_settled_once(
    wallet: Wallet,
    outage: Outage,
    outside: Outside,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    declined: bool,
) -> None:
    payer = create_person(wallet)
    if declined:
        outside.gateway.script.append(Problem.DECLINED)
    with monkeypatch.context() as patched:
        patched.setattr(outside.gateway, "charge", Breaking(outside, outage))
        assert_busy(payer.pay(1000, key="k1"))
    outage.end()
    assert (payer.money.available, payer.money.held) == (99_000, 1000)

    waiting = payer.pay(1000, key="k1")
    assert (waiting.status, waiting.code) == (409, "idempotency_in_progress")
    clock.advance(seconds=12)
    found = payer.pay(1000, key="k1")
    assert (found.status, found["status"]) == (201, "failed" if declined else "succeeded")
    assert found.headers["Idempotent-Replayed"] == "true"
    assert len(payer.client.get("/v1/payments")["data"]) == 1
    assert (payer.money.total, payer.money.held) == (100_000 if declined else 99_000, 0)
    assert len(outside.gateway.calls) == 1
    assert_books_in_order(wallet)


@pytest.mark.parametrize("trouble", ["postgres is stopped"], indirect=True)
def test_under_load_a_restart_of_the_database_loses_and_doubles_nothing(
    wallet: Wallet, outage: Outage, clock: Clock
) -> None:
    payers = [create_person(wallet, balance=100_000) for _ in range(4)]
    stop = threading.Event()
    paid: list[tuple[Person, int, Answer]] = []

    def keep_paying(payer: Person) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            paid.append((payer, number, payer.pay(10, key=f"k{number}")))
            stop.wait(0.1)  # or a database that is away would be asked thousands of times

    threads = [threading.Thread(target=keep_paying, args=(payer,)) for payer in payers]
    for thread in threads:
        thread.start()
    for _ in range(2):
        time.sleep(0.4)
        with outage.now():
            time.sleep(0.1)
    time.sleep(0.4)
    stop.set()
    for thread in threads:
        thread.join()

    assert {answer.status for _, _, answer in paid} == {201, 503}
    clock.advance(seconds=60)
    for payer, number, before in paid:
        after = payer.pay(10, key=f"k{number}")
        assert (after.status, after["status"]) in {(201, "succeeded"), (201, "failed")}
        assert before.status == 503 or before["id"] == after["id"]
    for payer in payers:
        keys = sum(who is payer for who, _, _ in paid)
        failed = payer.client.get("/v1/payments", status="failed", limit=100)["data"]
        assert payer.money.total == 100_000 - 10 * (keys - len(failed))
        assert payer.money.held == 0
    assert_books_in_order(wallet)


@pytest.mark.parametrize("trouble", ["sqlite is locked"], indirect=True)
def test_a_full_disk_leaves_nothing_half_done_and_is_forgotten_once_there_is_room(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet)
    full = filling(wallet)
    with full.now():
        answers = [payer.pay(10, key=f"k{number}", description="x" * 200) for number in range(60)]
        refused = [number for number, answer in enumerate(answers) if answer.status != 201]
        assert len(refused) > 20
        for number in refused:
            assert_busy(answers[number])
        assert payer.client.get("/v1/wallet").status == 200
        assert_books_in_order(wallet)
    clock.advance(seconds=60)
    again = [payer.pay(10, key=f"k{number}", description="x" * 200) for number in range(60)]
    assert {(answer.status, answer["status"]) for answer in again} == {(201, "succeeded")}
    assert len({answer["id"] for answer in again}) == len(outside.gateway.done) == 60
    assert (payer.money.total, payer.money.held) == (100_000 - 600, 0)
    assert_books_in_order(wallet)


def test_the_job_worker_outlives_it_and_does_at_once_what_it_could_not_finish(
    wallet: Wallet, outage: Outage
) -> None:
    tries: list[str] = []
    broke, done = threading.Event(), threading.Event()

    def handler(job: DueJob) -> None:
        tries.append(job.id)
        if len(tries) == 1:
            outage.begin()
            broke.set()
        with wallet.database.transaction() as tx:  # fails the first time
            schedule(tx, "later", job.subject_id, tx.now)

    wallet.jobs.handlers |= {"now": handler, "later": lambda _: done.set()}
    with wallet.database.transaction() as tx:
        schedule(tx, "now", "subject", tx.now)
    stop = threading.Event()
    worker = threading.Thread(target=work_until, args=(stop, wallet.jobs))
    worker.start()
    assert broke.wait(10)
    time.sleep(0.5)  # the job fails, and cannot be put back
    outage.end()
    assert done.wait(10), "the job is still claimed by the try that failed"
    stop.set()
    worker.join(10)
    assert not worker.is_alive()
    assert len(tries) == 2
