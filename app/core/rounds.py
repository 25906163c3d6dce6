"""What is done again and again by the machine's clock, beside the jobs of the virtual one.

A round finds out by itself what there is to do, and may run in several processes at once, so it acts through guarded
updates. For what is due at a moment of the wallet's there are jobs.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from app.core.database import SandboxWasResetError, is_database_trouble, piece_of_work

LONGEST_WAIT = 0.5
TROUBLE_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """`run` is called every so many seconds of machine time."""

    name: str
    every_seconds: float
    run: Callable[[], None]


def go_rounds(stop: threading.Event, rounds: Sequence[Round]) -> None:
    """Run each of them in its time until `stop` is set. One that fails is tried again; a database that is away too."""
    due = {it.name: time.monotonic() for it in rounds}
    while rounds and not stop.wait(min(LONGEST_WAIT, _until_next(due))):
        for it in rounds:
            if due[it.name] <= time.monotonic():
                pause = it.every_seconds if _went_well(it) else TROUBLE_SECONDS
                due[it.name] = time.monotonic() + pause


def _until_next(due: dict[str, float]) -> float:
    return max(0.0, min(due.values()) - time.monotonic())


def _went_well(it: Round) -> bool:
    try:
        with piece_of_work():
            it.run()
    except SandboxWasResetError:
        return True
    except Exception as problem:
        if not is_database_trouble(problem):
            log.exception("round_failed", round=it.name)
        return False
    return True
