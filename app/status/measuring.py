"""How components did at a moment, read from the attempts of payments, top-ups and withdrawals, and from handed-over
messages.

The rule is pure and lies in `rules.py`; here is only what it is given. Rates over longer times: `success_rates.py`.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.notifications.models import Handover
from app.payments.failures import FAILURES
from app.payments.models import Attempt, Instruction
from app.payments.rules import AttemptOutcome, Kind
from app.status.components import Component
from app.status.rules import GatewayAttempt, GatewayHealth, assess_gateway, is_gateway_fault

ROUTES: Final = {
    Component.PAYMENT_GATEWAY: (Kind.PAYMENT, Kind.TOP_UP),
    Component.BANK_NETWORK: (Kind.WITHDRAWAL,),
}
"""Whose attempts go through which component (contract, section 4)."""
CHANNELS: Final = {Component.SMS: "sms", Component.EMAIL: "email"}
"""Which messages go through which component; they are judged by the gateway's rule, on which the contract is silent."""
MEASURED: Final = frozenset({*ROUTES, *CHANNELS})
FAULT_CODES: Final = tuple(
    sorted(
        code
        for code, failure in FAILURES.items()
        if is_gateway_fault("failed", failure.reason.value, code)
    )
)
UNASKED_CODES: Final = tuple(
    sorted(
        code
        for code, failure in FAILURES.items()
        if is_gateway_fault("failed", failure.reason.value, code) is None
    )
)
"""Failures that speak against a component, and those for which it was never asked: `is_gateway_fault` for SQL."""
IS_FAULT: Final = sa.or_(
    Attempt.outcome == AttemptOutcome.UNKNOWN, Attempt.failure_code.in_(FAULT_CODES)
)
"""Whether an attempt that is over speaks against the component that it went through."""

_ROWS_AT_ONCE: Final = 200
_Row = sa.Row[datetime, str, str | None]


def health_at(tx: Transaction, component: Component, moment: datetime) -> GatewayHealth:
    """How `component`, one that is MEASURED, did at `moment`, by the rule of the contract, section 6.

    An attempt counts from the moment at which it began, so that one which is settled hours later
    speaks of the time when it was made. Reads no further back than the rule needs.
    """
    if component in CHANNELS:
        with closing(tx.execute(_handovers_until(component, moment))) as messages:
            return assess_gateway((GatewayAttempt(*row) for row in messages), now=moment)
    with closing(tx.execute(_attempts_until(component, moment))) as rows:
        return assess_gateway(_judged(rows), now=moment)


@dataclass(frozen=True, slots=True)
class Faults:
    """How many attempts speak against a component, and how many of them in the same way."""

    total: int
    alike: int


def faults_alike(
    tx: Transaction, component: Component, code: str, since: datetime, until: datetime
) -> Faults:
    """The faults among the attempts begun from `since` to `until`; alike are those of `code`'s family."""
    counted = (
        sa.select(Attempt.outcome, Attempt.failure_code, sa.func.count())
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(Attempt.started_at.between(since, until), Instruction.kind.in_(ROUTES[component]))
        .group_by(Attempt.outcome, Attempt.failure_code)
    )
    faults = [
        (_family(failure_code), count)
        for outcome, failure_code, count in tx.execute(counted)
        if is_gateway_fault(outcome, _family(failure_code), failure_code)
    ]
    alike = sum(count for family, count in faults if family == _family(code))
    return Faults(sum(count for _, count in faults), alike)


def _attempts_until(component: Component, moment: datetime) -> sa.Select[datetime, str, str | None]:
    """Newest first, without those still on their way: nothing is known of them yet."""
    return (
        sa.select(Attempt.started_at, Attempt.outcome, Attempt.failure_code)
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(
            Attempt.started_at <= moment,
            Attempt.is_over(moment),
            Instruction.kind.in_(ROUTES[component]),
        )
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )


def _handovers_until(component: Component, moment: datetime) -> sa.Select[datetime, bool]:
    return (
        sa.select(Handover.at, Handover.is_fault)
        .where(Handover.channel == CHANNELS[component], Handover.at <= moment)
        .order_by(Handover.at.desc(), Handover.id.desc())
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )


def _judged(rows: Iterable[_Row]) -> Iterator[GatewayAttempt]:
    for row in rows:
        is_fault = is_gateway_fault(row.outcome, _family(row.failure_code), row.failure_code)
        if is_fault is not None:
            yield GatewayAttempt(row.started_at, is_fault)


def _family(code: str | None) -> str | None:
    return None if code is None else FAILURES[code].reason.value
