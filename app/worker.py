"""The embedded worker: `python -m app.worker` runs due jobs, and takes support mail, until SIGTERM.

The rows are the truth (app.core.jobs); this loop only wakes up often enough and runs a few at once, so that one that
waits for a silent gateway holds nobody up.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import structlog

from app.core.database import is_database_trouble
from app.core.jobs import JobQueue
from app.core.logs import configure_logs
from app.core.rounds import go_rounds
from app.core.schema import POLL_SECONDS, is_current
from app.core.settings import CANNOT_START, SettingsError, load_settings
from app.factory import Wallet, create_wallet
from app.support.mailroom.rules import MailPortError

AT_ONCE = 8
IDLE_SECONDS = 0.05
TROUBLE_SECONDS = 1.0

log = structlog.get_logger(__name__)


def main() -> int:
    """Work until told to stop; 78 and one line where the settings are refused."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        wallet = create_wallet(load_settings())
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return CANNOT_START
    configure_logs()
    while not stop.is_set() and not is_current(wallet.database):
        stop.wait(POLL_SECONDS)
    rounds = threading.Thread(target=go_rounds, args=(stop, wallet.rounds), name="rounds")
    try:
        with _taking_mail(wallet):
            rounds.start()
            work_until(stop, wallet.jobs, announce=True)
            rounds.join()
    except MailPortError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    wallet.close()
    return 0


@contextmanager
def _taking_mail(wallet: Wallet) -> Iterator[None]:
    """Take support mail meanwhile, where a port is set for it. Raises MailPortError."""
    port = wallet.settings.smtp_listen_port
    if port is None:
        yield
        return
    # No other process needs the SMTP server's code.
    from app.support.mailroom.listener import listening  # noqa: PLC0415

    with listening(wallet.support, wallet.settings.host, port):
        yield


def work_until(stop: threading.Event, queue: JobQueue, *, announce: bool = False) -> None:
    """Claim and run due jobs, at most eight at a time, until `stop` is set; those begun are finished.

    A database that is away is waited for. `announce` prints `ready` once the first look succeeded.
    """
    free = threading.Semaphore(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while not stop.is_set():
            try:
                if announce:
                    queue.void_dead_claims()
                    sys.stdout.write("ready\n")
                    sys.stdout.flush()
                    announce = False
                busy = _start_next(queue, pool, free)
            except Exception as problem:
                if not is_database_trouble(problem):
                    raise
                log.warning("database_trouble", problem=str(problem))
                stop.wait(TROUBLE_SECONDS)
                continue
            if not busy:
                stop.wait(IDLE_SECONDS)


def _start_next(queue: JobQueue, pool: ThreadPoolExecutor, free: threading.Semaphore) -> bool:
    """Start the next due job in the pool; False where none is due or every hand is full."""
    if not free.acquire(blocking=False):
        return False
    job = None
    try:
        job = queue.claim_next()
    finally:
        if job is None:
            free.release()
    if job is None:
        return False

    def end(done: Future[None]) -> None:
        free.release()
        if problem := done.exception():  # the queue itself could not end it: its claim has to lapse
            log.error("job_not_ended", job=job.id, kind=job.kind, exc_info=problem)

    pool.submit(queue.run, job).add_done_callback(end)
    return True


if __name__ == "__main__":
    sys.exit(main())
