"""One soak from beginning to end: start, set people going, kill, close, judge."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from soak.books import read_books
from soak.clients import Client, make_clients
from soak.closing import close
from soak.customers import START_BALANCE, Customer, meet_customer
from soak.journal import Journal, read_journals
from soak.killer import Killer
from soak.oracle import Evidence, judge, waiting_for_a_person
from soak.postgres import PostgresServer
from soak.report import Report, count_answers
from soak.strikes import schedule
from soak.system import System
from soak.troubles import Troublemaker, Watcher
from soak.wire import Wire

CLOSING_JOURNAL = "closing.jsonl"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for: so long, so many kills, on which database (`sqlite` or `postgres`)."""

    seconds: float
    kills: int
    db: str
    seed: int
    clients: int


@dataclass(slots=True)
class _Under:
    """Who was at work while there was fire."""

    clients: list[Client]
    troublemaker: Troublemaker
    watcher: Watcher
    killer: Killer
    seconds: float = 0.0
    faults_met: Counter[str] = field(default_factory=Counter)


def soak(plan: Plan, folder: Path, tell: Tell) -> Report:
    """Run the plan in `folder`, an empty one with a short path, and return how it went.

    Raises NotStartedError and NoAnswerError where the wallet does not come up, or not come back.
    """
    with _running(plan, folder) as system:
        tell(f"{plan.db} at {system.url}, seed {plan.seed}, in {folder}")
        customers = _meet(system, plan.clients)
        under = _fire(plan, system, customers, folder, tell)
        tell("the fire is out; faults are removed, time passes")
        calls = read_journals(sorted(folder.glob("client-*.jsonl")))
        with Journal(folder / CLOSING_JOURNAL) as journal:
            under.faults_met = close(system, customers, calls, journal, plan.seed)
        tell("reading the books")
        wire = Wire(system.url)
        evidence = Evidence(calls, read_books(wire, customers), START_BALANCE)
        wire.close()
    return _report(plan, under, evidence)


@contextmanager
def _running(plan: Plan, folder: Path) -> Iterator[System]:
    postgres = None
    if plan.db == "postgres":
        (folder / "pg").mkdir(mode=0o711)
        folder.chmod(0o711)  # the server's own user must find its way
        postgres = PostgresServer(folder / "pg", durable=True)
    system = System(folder, postgres)
    try:
        system.start()
        yield system
    finally:
        system.stop()
        if postgres is not None:
            postgres.stop()


def _meet(system: System, count: int) -> list[Customer]:
    wire = Wire(system.url)
    customers = [meet_customer(wire) for _ in range(count)]
    wire.close()
    return customers


def _fire(
    plan: Plan, system: System, customers: list[Customer], folder: Path, tell: Tell
) -> _Under:
    clients = make_clients(system.url, customers, folder, plan.seed)
    troublemaker = Troublemaker(system.url, customers, random.Random(f"{plan.seed} troubles"))
    began = time.monotonic()
    killer = Killer(system, lambda text: tell(f"{time.monotonic() - began:5.0f} s  {text}"))
    under = _Under(clients, troublemaker, Watcher(system.url), killer)
    workers: list[Client | Troublemaker | Watcher] = [*clients, troublemaker, under.watcher]
    stop = threading.Event()
    with ThreadPoolExecutor(len(workers)) as pool:
        running = [pool.submit(worker.run, stop) for worker in workers]
        try:
            killer.run(schedule(plan.seed, plan.seconds, plan.kills, plan.db), plan.seconds)
            under.seconds = time.monotonic() - began
        finally:
            stop.set()
    for each in running:
        each.result()  # a client that broke is no soak
    return under


def _report(plan: Plan, under: _Under, evidence: Evidence) -> Report:
    acknowledged, refused, unanswered = count_answers(evidence.calls)
    return Report(
        db=plan.db,
        seed=plan.seed,
        clients=plan.clients,
        seconds=round(under.seconds, 1),
        ops=len(evidence.calls),
        sends=sum(len(call.answers) for call in evidence.calls),
        acknowledged=acknowledged,
        refused=refused,
        unanswered_sends=unanswered,
        kills=dict(under.killer.kills),
        missed_kills=under.killer.missed,
        faults=dict(under.troublemaker.made),
        faults_met=dict(under.faults_met),
        unknown_faults=sorted(under.troublemaker.unknown),
        server_errors=sum(client.server_errors for client in under.clients),
        watched=under.watcher.looks,
        manual_review=waiting_for_a_person(evidence),
        findings=[*judge(evidence), *under.watcher.findings()],
    )
