"""How a component did over a longer time, span by span, for charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database import Transaction
from app.core.series import Span, numbered
from app.notifications.models import Handover
from app.payments.models import Attempt, Instruction
from app.status.components import Component
from app.status.measuring import CHANNELS, IS_FAULT, MEASURED, ROUTES, UNASKED_CODES


@dataclass(frozen=True, slots=True)
class RatePoint:
    """What happened in the span that begins `at`; `rate` is the successful share, None where nothing happened."""

    at: datetime
    attempts: int
    failures: int

    @property
    def rate(self) -> float | None:
        """0 to 1."""
        return round(1 - self.failures / self.attempts, 4) if self.attempts else None


def success_rates(
    tx: Transaction, component: Component, spans: Sequence[Span]
) -> Sequence[RatePoint]:
    """One point per span, by what counts for and against the component's status; none for one that isn't measured."""
    if component not in MEASURED or not spans:
        return []
    rows = tx.execute(
        _handovers(component, spans) if component in CHANNELS else _attempts(tx, component, spans)
    )
    counted = {number: (attempts, failures) for number, attempts, failures in rows}
    return [
        RatePoint(span.begin, *counted.get(number, (0, 0))) for number, span in enumerate(spans)
    ]


def _attempts(
    tx: Transaction, component: Component, spans: Sequence[Span]
) -> sa.Select[int, int, int]:
    span = numbered(spans)
    code = sa.func.coalesce(Attempt.failure_code, "")
    return (
        sa.select(span.c.number, sa.func.count(), _how_many(IS_FAULT))
        .join_from(span, Attempt, _within(span, Attempt.started_at))
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(
            Instruction.kind.in_(ROUTES[component]),
            Attempt.is_over(tx.now),
            code.not_in(UNASKED_CODES),
        )
        .group_by(span.c.number)
    )


def _handovers(component: Component, spans: Sequence[Span]) -> sa.Select[int, int, int]:
    span = numbered(spans)
    return (
        sa.select(span.c.number, sa.func.count(), _how_many(Handover.is_fault))
        .join_from(span, Handover, _within(span, Handover.at))
        .where(Handover.channel == CHANNELS[component])
        .group_by(span.c.number)
    )


def _within(span: sa.CTE, at: InstrumentedAttribute[datetime]) -> sa.ColumnElement[bool]:
    return sa.and_(at >= span.c.began, at < span.c.ended)


def _how_many(
    condition: sa.ColumnElement[bool] | InstrumentedAttribute[bool],
) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
