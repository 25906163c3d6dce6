"""Whether promises were kept: first answers, solutions and promised times, per channel.

The clocks' events are the truth (`app.support.clocks`); times are open time, which stands still outside hours and while
somebody else is waited for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.support.clocks.models import ClockEventRow
from app.support.clocks.rules import ClockEventType, ClockKind
from app.support.conversations.models import Conversation
from app.support.conversations.rules import ConversationChannel, ConversationStatus
from app.support.reports.figures import percentile, share

_EMPTY_CALL: Final = sa.and_(
    Conversation.channel == ConversationChannel.HOTLINE,
    Conversation.status == ConversationStatus.MERGED,
    Conversation.last_seq == 0,
)
_DECIDES: Final = (ClockEventType.MET.value, ClockEventType.MISSED.value)


@dataclass(slots=True)
class Promises:
    """Clocks that were decided: met in time, or missed. `seconds` is how long those took that were met, late or not."""

    met: int = 0
    missed: int = 0
    seconds: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        """The share that was met in time."""
        return share(self.met, self.met + self.missed)

    @property
    def median_seconds(self) -> int | None:
        """Half took no longer."""
        return percentile(self.seconds, 50)

    @property
    def p90_seconds(self) -> int | None:
        """Nine of ten took no longer."""
        return percentile(self.seconds, 90)

    def add(self, other: "Promises") -> None:
        """Count the other's too."""
        self.met += other.met
        self.missed += other.missed
        self.seconds += other.seconds


SlaReport = Mapping[str, Mapping[ClockKind, Promises]]
"""By channel, and `all`."""


def report_sla(tx: Transaction, since: datetime, until: datetime) -> SlaReport:
    """What was decided from `since` until just before `until`.

    A clock that was started again, since its case was reopened, is decided again. It is missed when its deadline
    passes, and met when what it waits for happens before. What a call had opened for itself before it turned out to be
    about a case that was there doesn't count beside that.
    """
    kept: dict[tuple[str, str], Promises] = defaultdict(Promises)
    for channel, kind, events in _clocks(tx, since, until):
        kept[channel, kind].add(_decided(events, since, until))
    report = {
        channel.value: {kind: kept[channel.value, kind.value] for kind in ClockKind}
        for channel in ConversationChannel
    }
    return {"all": _summed(report.values()), **report}


def _clocks(
    tx: Transaction, since: datetime, until: datetime
) -> Iterator[tuple[str, str, Sequence[ClockEventRow]]]:
    """The events, first to last, of each clock that was decided in that time, with its channel."""
    event = ClockEventRow
    decided = (
        sa.select(event.conversation_id)
        .where(event.type.in_(_DECIDES), event.at >= since, event.at < until)
        .distinct()
    )
    query = (
        sa.select(event, Conversation.channel)
        .join(Conversation, Conversation.id == event.conversation_id)
        .where(event.conversation_id.in_(decided), sa.not_(_EMPTY_CALL))
        .order_by(event.conversation_id, event.kind, event.number)
    )
    rows = tx.execute(query.execution_options(yield_per=500))
    for (_, kind, channel), group in groupby(
        rows, lambda row: (row[0].conversation_id, row[0].kind, row[1])
    ):
        yield channel, kind, [row[0] for row in group]


def _decided(events: Iterable[ClockEventRow], since: datetime, until: datetime) -> Promises:
    """What of one clock was decided in that time, run by run: a run begins with each start."""
    found, is_late = Promises(), False
    for event in events:
        is_in_time = since <= event.at < until
        match event.type:
            case ClockEventType.START:
                is_late = False
            case ClockEventType.MISSED:
                is_late = True
                found.missed += is_in_time
            case ClockEventType.MET if is_in_time:
                found.met += not is_late
                found.seconds.append(event.elapsed_seconds)
    return found


def _summed(channels: Iterable[Mapping[ClockKind, Promises]]) -> Mapping[ClockKind, Promises]:
    whole = {kind: Promises() for kind in ClockKind}
    for channel in channels:
        for kind, promises in channel.items():
            whole[kind].add(promises)
    return whole
