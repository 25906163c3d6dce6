"""A job that notes when it ran, and the worker's loop beside a test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from app.core import jobs
from app.core.jobs import DueJob
from app.worker import work_until
from tests.sandbox.doors import Doors

NOTE = "note"


class Notes:
    """A job that notes when it ran, and does what it is told then."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.ran: list[tuple[str, datetime]] = []
        self.then: dict[str, Any] = {}
        doors.wallet.jobs.handlers[NOTE] = self.run

    def run(self, job: DueJob) -> None:
        with self.doors.wallet.database.snapshot() as tx:
            self.ran.append((job.subject_id, tx.now))
        if job.subject_id in self.then:
            self.then[job.subject_id]()

    def schedule(self, subject: str, seconds: float) -> datetime:
        with self.doors.wallet.database.transaction() as tx:
            due_at = tx.now + timedelta(seconds=seconds)
            jobs.schedule(tx, NOTE, subject, due_at)
        return due_at

    @property
    def subjects(self) -> list[str]:
        return [subject for subject, _ in self.ran]


@contextmanager
def worker_of(doors: Doors) -> Iterator[None]:
    """The embedded worker's loop, in a thread."""
    stop = threading.Event()
    thread = threading.Thread(target=work_until, args=(stop, doors.wallet.jobs))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
