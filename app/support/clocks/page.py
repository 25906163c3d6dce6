"""The page of one clock: what is written down on it in a transaction, and the job that looks at it next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

import sqlalchemy as sa

from app.core import jobs
from app.core.clock import rfc3339
from app.core.database import Transaction
from app.support.channels import channel_named
from app.support.clocks.models import ClockEventRow
from app.support.clocks.queries import Written, written_clocks
from app.support.clocks.reckoning import Clock, ClockEvent, clock_after, start_clock
from app.support.clocks.rules import (
    ANNOUNCED,
    DEADLINE,
    LOOK_JOB,
    ClockEventType,
    ClockKind,
    Mark,
)
from app.support.conversations.models import Conversation
from app.support.conversations.recording import announce, take_conversation, touch, wake
from app.support.conversations.rules import Priority
from app.support.dependencies import SupportDependencies

_ZERO: Final = timedelta(0)


@dataclass(slots=True)
class ClockPage:
    """One clock of a conversation whose row is locked, so that its events are numbered one after the other."""

    tx: Transaction
    deps: SupportDependencies
    conversation: Conversation
    kind: ClockKind
    clock: Clock | None
    _events: int = field(repr=False)
    _others: Sequence[Clock] = field(repr=False)

    @classmethod
    def open(
        cls, tx: Transaction, deps: SupportDependencies, conversation_id: str, kind: ClockKind
    ) -> Self:
        """Lock the conversation and read the clock. Raises NOT_FOUND."""
        conversation = take_conversation(tx, conversation_id)
        written = written_clocks(tx, deps.timezone, conversation_id)
        mine = written.pop(kind, Written(None, 0))
        others = [it.clock for it in written.values() if it.clock is not None]
        return cls(tx, deps, conversation, kind, mine.clock, mine.events, others)

    @property
    def due_at(self) -> datetime | None:
        """The deadline of a clock that runs, else None."""
        return self.clock.due_at if self.clock else None

    def start(self, desk: str, target: timedelta, due_at: datetime | None = None) -> None:
        """Begin with the whole `target`, by the hours of `desk`; what ran before doesn't count any more."""
        event = ClockEvent(ClockEventType.START, self.tx.now, target, due_at)
        self._append(event, _ZERO, desk)
        calendar = channel_named(desk).calendar(self.deps.timezone)
        self.clock = start_clock(self.kind, calendar, event, target)

    def write(self, clock: Clock, event: ClockEvent) -> None:
        """Add an event of the clock that isn't its start."""
        self._append(event, clock.elapsed(event.at))
        self.clock = clock_after(clock, event)

    def write_marks(self) -> list[Mark]:
        """Write down and announce what a running clock has passed by now; tells which marks these were."""
        passed: list[Mark] = []
        for at, mark in list(self.clock.next_marks()) if self.clock else []:
            if self.clock is not None and at <= self.tx.now:
                self.write(self.clock, ClockEvent(mark.type, at))
                self._tell(mark)
                passed.append(mark)
        return passed

    def look_again(self) -> None:
        """Have one job for the next mark of a clock that runs, else none; the case's next deadline follows."""
        self._follow_due()
        subject = f"{self.conversation.id}:{self.kind.value}"
        jobs.cancel(self.tx, LOOK_JOB, subject)
        following = next(self.clock.next_marks(), None) if self.clock else None
        if following is not None:
            jobs.schedule(self.tx, LOOK_JOB, subject, max(following[0], self.tx.now))

    def _follow_due(self) -> None:
        clocks = self._others if self.clock is None else [*self._others, self.clock]
        due = [it.due_at for it in clocks if it.due_at is not None]
        self.conversation.next_due_at = min(due, default=None)
        self.tx.flush()

    def _tell(self, mark: Mark) -> None:
        if mark == DEADLINE:
            self._escalate()
        announce(
            self.tx,
            self.deps,
            self.conversation,
            ANNOUNCED[mark.type],
            clock=self.kind.value,
            percent=mark.percent,
            due_at=rfc3339(self.due_at) if self.due_at else None,
        )

    def _escalate(self) -> None:
        """What is late goes before everything else, and nobody puts it off any more."""
        self.conversation.priority = Priority.URGENT
        self.conversation.escalated_at = self.conversation.escalated_at or self.tx.now
        wake(self.tx, self.conversation)
        touch(self.tx, self.conversation)

    def _append(self, event: ClockEvent, elapsed: timedelta, desk: str | None = None) -> None:
        self._events += 1
        seconds = None if event.target is None else int(event.target.total_seconds())
        self.tx.execute(
            sa.insert(ClockEventRow).values(
                conversation_id=self.conversation.id,
                kind=self.kind.value,
                number=self._events,
                type=event.type.value,
                at=event.at,
                desk=desk,
                target_seconds=seconds,
                due_at=event.due_at,
                elapsed_seconds=int(elapsed.total_seconds()),
            )
        )
