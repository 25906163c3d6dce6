"""`python -m demo`: start the wallet, play the tour, keep serving."""

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from demo.client import Client, Request, UnreachableError
from demo.contents import TOUR
from demo.narration import Narration
from demo.server import STOPPING_SIGNALS, NotStartedError, Server, running_server
from demo.tour import Tour

_DOORS = Request("GET", "/sandbox/v1/clock")
_INTERRUPTED = 128  # plus the signal's number, as a shell reports it


class StopAskedError(BaseException):
    """A signal asked us to stop. No Exception, so that nothing on the way takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 where every step did what it said, 1 where one did not or the server did not start."""
    options = _parser().parse_args(arguments)
    for number in STOPPING_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup holds
            signal.signal(number, _ask_to_stop)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese shows what it can
    narration = Narration(sys.stdout)
    try:
        if options.url:
            return play(options.url, narration)
        with running_server() as server:
            status = play(server.url, narration)
            return status if options.exit else keep_serving(server, narration, status)
    except NotStartedError:
        return 1
    except StopAskedError as stop:
        return _INTERRUPTED + stop.number
    except BrokenPipeError:  # who listened has gone; nothing more can be told, the exit included
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def play(url: str, narration: Narration) -> int:
    """Play every chapter against the wallet at `url` and say how it went; the exit status."""
    with Client(url) as client:
        tour = Tour(client, narration)
        narration.remark(f"U-Wallet at {url}")
        if not _doors_are_open(tour):
            return 1
        for title, chapter in TOUR:
            tour.chapter(title, chapter)
    return _conclude(tour, url)


def keep_serving(server: Server, narration: Narration, status: int) -> int:
    """Wait until somebody asks us to stop, and return `status`, or until the server ends by itself."""
    try:
        narration.remark(f"What the server logs is in {server.log}.")
        narration.remark("It keeps serving: Ctrl-C stops everything.")
        server.process.wait()
    except StopAskedError:
        return status
    narration.bad("the server has ended by itself: its log says why")
    return 1


def _doors_are_open(tour: Tour) -> bool:
    try:
        found = tour.client.send(_DOORS).status
    except UnreachableError as error:
        tour.narration.bad(f"nobody answers there ({error}): start script/server, or leave --url")
        return False
    if found == 404:
        tour.narration.bad("the sandbox doors are closed there: unset WALLET_ENV for the tour")
    return found != 404


def _conclude(tour: Tour, url: str) -> int:
    tour.narration.heading("The tour is over")
    if tour.failures:
        tour.narration.bad(f"{len(tour.failures)} of {tour.played} did not do what they said:")
        for step in tour.failures:
            tour.narration.bad(step)
    else:
        tour.narration.good(f"{tour.played} steps and checks, each did what it said")
    for what, path in (
        ("the API to read and try", "/docs"),
        ("the agents' console", "/console"),
        ("the sandbox's page: inbox, clock, faults, magic values", "/sandbox"),
        ("the sandbox inbox: every SMS and e-mail", "/sandbox/v1/messages"),
        ("the invariants", "/sandbox/v1/invariants"),
    ):
        tour.narration.remark(f"{url}{path}  {what}")
    return 1 if tour.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="script/demo", description="Play the four support flows over HTTP, then keep serving."
    )
    parser.add_argument("--exit", action="store_true", help="stop after the tour")
    parser.add_argument(
        "--url", help="visit a wallet that runs already (a sandbox), start none, and stop after it"
    )
    return parser


def _ask_to_stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise StopAskedError(number)


if __name__ == "__main__":
    sys.exit(main())
