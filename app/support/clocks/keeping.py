"""Starting, pausing and ending clocks, in the transaction of what happened to the conversation.

Every function may be called where it means nothing (to pause what doesn't run, to meet what is met): then it does
nothing. Marks that were passed are written down first, however late their job is.
"""

from datetime import datetime

from app.core.database import Transaction
from app.support.channels import channel_named
from app.support.clocks.page import ClockPage
from app.support.clocks.reckoning import ALLOWED, ClockEvent
from app.support.clocks.rules import (
    PAUSABLE,
    ClockEventType,
    ClockKind,
    Mark,
    desk_of,
    target_of,
)
from app.support.dependencies import SupportDependencies


def start(
    tx: Transaction,
    deps: SupportDependencies,
    conversation_id: str,
    kind: ClockKind,
    *,
    channel: str,
    priority: str = "normal",
) -> None:
    """Start the clock for a first answer or a solution, or start it anew with its whole time.

    `channel` is the one that the user came by, for a solution that of the case.
    """
    page = ClockPage.open(tx, deps, conversation_id, kind)
    page.start(desk_of(kind, channel), target_of(kind, channel, priority))
    page.look_again()


def promise(
    tx: Transaction,
    deps: SupportDependencies,
    conversation_id: str,
    due_at: datetime,
    *,
    channel: str,
) -> None:
    """Take down that somebody who came by `channel` was promised an answer by `due_at`; a later promise replaces it.

    Missed, it reopens the case.
    """
    page = ClockPage.open(tx, deps, conversation_id, ClockKind.PROMISE)
    desk = desk_of(ClockKind.PROMISE, channel)
    open_time = channel_named(desk).calendar(deps.timezone).between(tx.now, due_at)
    page.start(desk, open_time, due_at)
    page.look_again()


def hand_over_promise(
    tx: Transaction, deps: SupportDependencies, conversation_id: str, into: str, *, channel: str
) -> datetime | None:
    """A promise that can still be kept is from now on that of `into`, unless an earlier one runs there.

    `channel` is that of the case that was promised an answer. Returns the time that was handed over, else None.
    """
    mine, theirs = (
        ClockPage.open(tx, deps, it, ClockKind.PROMISE).due_at for it in (conversation_id, into)
    )
    if mine is None or mine <= tx.now or (theirs is not None and theirs <= mine):
        return None
    promise(tx, deps, into, mine, channel=channel)
    return mine


def pause(
    tx: Transaction, deps: SupportDependencies, conversation_id: str, kind: ClockKind
) -> None:
    """Stop counting while somebody else is waited for. Raises ValueError for a promise, which never waits."""
    if kind not in PAUSABLE:
        raise ValueError(f"the clock {kind} doesn't pause")
    _happen(tx, deps, conversation_id, kind, ClockEventType.PAUSE)


def resume(
    tx: Transaction, deps: SupportDependencies, conversation_id: str, kind: ClockKind
) -> None:
    """Go on counting."""
    _happen(tx, deps, conversation_id, kind, ClockEventType.RESUME)


def meet(tx: Transaction, deps: SupportDependencies, conversation_id: str, kind: ClockKind) -> None:
    """It was done, in time or late."""
    _happen(tx, deps, conversation_id, kind, ClockEventType.MET)


def cancel(
    tx: Transaction, deps: SupportDependencies, conversation_id: str, kind: ClockKind
) -> None:
    """It isn't wanted any more: neither met nor missed."""
    _happen(tx, deps, conversation_id, kind, ClockEventType.CANCELLED)


def look(
    tx: Transaction, deps: SupportDependencies, conversation_id: str, kind: ClockKind
) -> list[Mark]:
    """Write down and announce the marks that a clock has passed, have it looked at again, and tell which these are."""
    page = ClockPage.open(tx, deps, conversation_id, kind)
    passed = page.write_marks()
    page.look_again()
    return passed


def _happen(
    tx: Transaction,
    deps: SupportDependencies,
    conversation_id: str,
    kind: ClockKind,
    event: ClockEventType,
) -> None:
    page = ClockPage.open(tx, deps, conversation_id, kind)
    page.write_marks()
    if page.clock is None or page.clock.status not in ALLOWED[event]:
        return
    page.write(page.clock, ClockEvent(event, tx.now))
    page.look_again()
