"""How often payments, top-ups and withdrawals failed, why, and with which apps and networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database import Transaction
from app.core.series import Span, numbered
from app.payments.failures import FAILURES
from app.payments.models import Attempt, Instruction
from app.payments.rules import AttemptOutcome, Kind
from app.support.reports.figures import share

MOST_GROUPS: Final = 20
"""App versions that are listed, those with the most attempts first."""

_NO_ANSWER: Final = "read_timeout"
"""What an attempt that was cut off before it could say why is called, as in a diagnosis."""
_FAILURE: Final[sa.ColumnElement[Any]] = sa.case(
    (Attempt.outcome == AttemptOutcome.SUCCEEDED, None),
    else_=sa.func.coalesce(Attempt.failure_code, _NO_ANSWER),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """How often attempts failed by a code of the contract, section 4."""

    reason: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Attempts of a span, of an app version, of a network; None for one that gave none."""

    at: datetime | None
    name: str | None
    attempts: int
    failures: int
    reasons: Sequence[Reason] = ()

    @property
    def rate(self) -> float | None:
        """The share that failed."""
        return share(self.failures, self.attempts)


@dataclass(frozen=True, slots=True)
class FailureReport:
    """The whole, and its parts."""

    total: Tally
    points: Sequence[Tally]
    by_app_version: Sequence[Tally]
    by_network_type: Sequence[Tally]


def report_failures(tx: Transaction, spans: Sequence[Span], kind: Kind | None) -> FailureReport:
    """Attempts by the span in which they began, of one kind of movement or all.

    One that failed or whose outcome is unknown is a failure; one that is still on its way is not counted yet.
    """
    counted = _count(tx, spans, kind)
    points = [_tally(codes, at=span.begin) for span, codes in zip(spans, counted, strict=True)]
    whole: dict[str | None, int] = {}
    for codes in counted:
        for code, count in codes.items():
            whole[code] = whole.get(code, 0) + count
    return FailureReport(
        total=_tally(whole),
        points=points,
        by_app_version=_by(tx, spans, kind, Attempt.app_version),
        by_network_type=_by(tx, spans, kind, Attempt.network_type),
    )


Codes = dict[str | None, int]
"""How many attempts ended by a code; by None those that went well."""


def _count(tx: Transaction, spans: Sequence[Span], kind: Kind | None) -> Sequence[Codes]:
    counted: list[Codes] = [{} for _ in spans]
    if not spans:
        return counted
    span = numbered(spans)
    query = (
        sa.select(span.c.number, _FAILURE.label("failure"), sa.func.count())
        .join_from(
            span,
            Attempt,
            sa.and_(Attempt.started_at >= span.c.began, Attempt.started_at < span.c.ended),
        )
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(*_counted(tx, kind))
        .group_by(span.c.number, "failure")
    )
    for number, code, count in tx.execute(query):
        counted[number][code] = count
    return counted


def _by(
    tx: Transaction,
    spans: Sequence[Span],
    kind: Kind | None,
    column: InstrumentedAttribute[str | None],
) -> Sequence[Tally]:
    if not spans:
        return []
    failures = sa.func.count(_FAILURE)
    query = (
        sa.select(column, sa.func.count(), failures)
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(
            Attempt.started_at >= spans[0].begin,
            Attempt.started_at < spans[-1].end,
            *_counted(tx, kind),
        )
        .group_by(column)
        .order_by(sa.func.count().desc(), column)
        .limit(MOST_GROUPS)
    )
    return [Tally(None, name, attempts, failed) for name, attempts, failed in tx.execute(query)]


def _counted(tx: Transaction, kind: Kind | None) -> list[sa.ColumnElement[bool]]:
    over = Attempt.is_over(tx.now)
    return [over] if kind is None else [over, Instruction.kind == kind.value]


def _tally(codes: Codes, at: datetime | None = None) -> Tally:
    failed = {code: count for code, count in codes.items() if code is not None}
    reasons = [
        Reason(FAILURES[code].reason.value, code, count)
        for code, count in sorted(failed.items(), key=lambda it: (-it[1], it[0]))
    ]
    return Tally(at, None, sum(codes.values()), sum(failed.values()), reasons)
