"""Rounds are gone by the machine's clock until the worker stops; one that fails stops no other."""

import threading
import time

from app.core.rounds import Round, go_rounds


def test_each_round_is_gone_in_its_own_time() -> None:
    often: list[float] = []
    once: list[float] = []
    stop = threading.Event()

    def count() -> None:
        often.append(time.monotonic())
        if len(often) == 5:
            stop.set()

    def fail() -> None:
        once.append(time.monotonic())
        raise LookupError("a round that fails")

    going = threading.Thread(
        target=go_rounds, args=(stop, [Round("often", 0.01, count), Round("fails", 0.01, fail)])
    )
    going.start()
    going.join(10)
    assert not going.is_alive()
    assert len(often) == 5
    assert len(once) == 1  # it is tried again after a rest


def test_without_rounds_there_is_nothing_to_wait_for() -> None:
    go_rounds(threading.Event(), [])
