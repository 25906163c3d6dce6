"""Two things at once that are sure to meet: the second begins in the middle of the first one's transaction."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from app.core.database import Transaction
from app.core.events import Event
from app.factory import Wallet

Result = TypeVar("Result")
Other = TypeVar("Other")

HEAD_START_SECONDS = 0.5
"""How long the second may run before the first goes on; where it waits for what the first holds, it is still there."""


def meet(
    wallet: Wallet, first: Callable[[], Result], second: Callable[[], Other], *, at: str
) -> tuple[Result, Other]:
    """What both return, where `second` begins as soon as `first` announces the event `at`."""
    begun: list[Future[Other]] = []

    def hear(_: Transaction, event: Event) -> None:
        if event.type == at and not begun:
            begun.append(pool.submit(second))
            wait(begun, HEAD_START_SECONDS)

    with ThreadPoolExecutor(1) as pool:
        wallet.events.listen(hear)
        try:
            done = first()
        finally:
            wallet.events.listeners.remove(hear)
        assert begun, f"{at} was never announced"
        return done, begun[0].result()
