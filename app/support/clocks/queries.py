"""Reading clocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.database import Transaction
from app.support.channels import channel_named
from app.support.clocks.models import ClockEventRow
from app.support.clocks.reckoning import Clock, ClockEvent, read_clock
from app.support.clocks.rules import DEADLINE, WARNING, ClockEventType, ClockKind, ClockStatus


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A clock as lists and the console show it; seconds of open time.

    `due_at` is None while it stands still or is over. `warned` and `breached` tell of marks it has come to, also where
    it was met afterwards.
    """

    kind: ClockKind
    state: ClockStatus
    due_at: datetime | None
    elapsed_seconds: int
    target_seconds: int
    warned: bool
    breached: bool


def clocks_of(
    tx: Transaction, timezone: ZoneInfo, conversation_ids: Sequence[str]
) -> dict[str, list[ClockReading]]:
    """The clocks of each conversation, in the order of `ClockKind`; an empty list where it has none. One statement."""
    readings: dict[str, list[ClockReading]] = {each: [] for each in conversation_ids}
    mine = ClockEventRow.conversation_id.in_(conversation_ids)
    for conversation_id, kind, rows in _grouped(tx, mine):
        clock = _clock(kind, timezone, rows)
        if clock is not None:
            readings[conversation_id].append(_reading(clock, tx.now))
    for found in readings.values():
        found.sort(key=lambda reading: list(ClockKind).index(reading.kind))
    return readings


@dataclass(frozen=True, slots=True)
class Written:
    """A clock as it is written down, None before its first start; and how many events it has."""

    clock: Clock | None
    events: int


def written_clocks(
    tx: Transaction, timezone: ZoneInfo, conversation_id: str
) -> dict[ClockKind, Written]:
    """The clocks of one conversation, by kind; a kind that has no event is missing."""
    this = ClockEventRow.conversation_id == conversation_id
    return {
        kind: Written(_clock(kind, timezone, rows), len(rows))
        for _, kind, rows in _grouped(tx, this)
    }


Group = tuple[str, ClockKind, list[ClockEventRow]]


def _grouped(tx: Transaction, condition: sa.ColumnElement[bool]) -> Iterable[Group]:
    """The events of each clock, oldest first."""
    row = ClockEventRow
    found = tx.scalars(
        sa.select(row).where(condition).order_by(row.conversation_id, row.kind, row.number)
    )
    for (conversation_id, kind), rows in groupby(
        found, lambda each: (each.conversation_id, each.kind)
    ):
        yield conversation_id, ClockKind(kind), list(rows)


def _clock(kind: ClockKind, timezone: ZoneInfo, rows: Sequence[ClockEventRow]) -> Clock | None:
    desks = [row.desk for row in rows if row.desk is not None]
    if not desks:
        return None
    calendar = channel_named(desks[-1]).calendar(timezone)
    return read_clock(kind, calendar, [_event(row) for row in rows])


def _event(row: ClockEventRow) -> ClockEvent:
    target = None if row.target_seconds is None else timedelta(seconds=row.target_seconds)
    return ClockEvent(ClockEventType(row.type), row.at, target, row.due_at)


def _reading(clock: Clock, now: datetime) -> ClockReading:
    return ClockReading(
        kind=clock.kind,
        state=clock.status,
        due_at=clock.due_at,
        elapsed_seconds=int(clock.elapsed(now).total_seconds()),
        target_seconds=int(clock.target.total_seconds()),
        warned=clock.passed(WARNING, now),
        breached=clock.passed(DEADLINE, now),
    )
