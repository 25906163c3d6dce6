"""Switch points around the database's transactions, and its bad moments. Inside a transaction nobody else has a turn.

SQLite has one writer, so another's turn would wait for ever; what two engines make of transactions that overlap is
tested by real threads in tests/payments/test_concurrency.py.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import OperationalError

from app.core.database import Database, Transaction
from tests.simulation.scheduler import Scheduler

Opener = Callable[..., AbstractContextManager[Transaction]]


def database_trouble(what: str) -> OperationalError:
    """What the driver raises when the server went away."""
    return OperationalError(what, None, ConnectionError("simulated: server closed the connection"))


@dataclass
class Boundary:
    """Stands around `transaction` and `snapshot` of one Database; `trouble` is how often the server goes away there."""

    scheduler: Scheduler
    randomness: random.Random
    trouble: float

    @contextmanager
    def around(self, database: Database) -> Iterator[None]:
        """The database with switch points, for as long as the block lasts."""
        before: dict[str, Any] = {}
        for name, wrap in (("transaction", self._transaction), ("snapshot", self._snapshot)):
            opener = getattr(database, name)
            before[name] = opener
            setattr(database, name, wrap(opener))
        try:
            yield
        finally:
            for name in before:
                delattr(database, name)  # the class's own shows again

    def _transaction(self, open_one: Opener) -> Opener:
        @contextmanager
        def transaction(**options: Any) -> Iterator[Transaction]:
            self.scheduler.pause("begin")
            self._maybe_away("before begin")
            with self._unbroken(), open_one(**options) as tx:
                yield tx
                self.scheduler.live_or_die("before a commit")
            self.scheduler.pause("commit")
            self._maybe_away("after a commit")

        return transaction

    def _snapshot(self, open_one: Opener) -> Opener:
        @contextmanager
        def snapshot() -> Iterator[Transaction]:
            self.scheduler.pause("read", may_die=False)
            with self._unbroken(), open_one() as tx:
                yield tx

        return snapshot

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        strand = self.scheduler.here()
        if strand is None:
            yield
            return
        strand.in_transaction = True
        try:
            yield
        finally:
            strand.in_transaction = False

    def _maybe_away(self, when: str) -> None:
        strand = self.scheduler.here()
        if strand is None or strand.inside is None:
            return
        if self.randomness.random() < self.trouble:
            self.scheduler.trace.note(f"!!! the database goes away {when}")
            raise database_trouble(when)
