"""Money that the gateway took and our books don't have: finance hears of it at once, once for each movement.

support.md, "Where is the money?". It is heard by an urgent case in the queue, and by the event `payment.mismatch` or
`top_up.mismatch`.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.events import Event
from app.core.locale import Text
from app.payments.models import Attempt, Instruction
from app.payments.rules import Kind
from app.support.alarms import Alarm, call_people
from app.support.dependencies import SupportDependencies

_MISMATCH: Final = Alarm(
    "mismatch",
    Text(
        "支付通道已扣款{amount}，账上没有这笔收款（{found_by}）。请财务立即核对，并向支付通道查询以入账或退回。",
        "The gateway took {amount} that our books don't have ({found_by}). Finance must look at once; asking the"
        " gateway about it books it or gives it back.",
    ),
)
_CHARGED: Final = (Kind.PAYMENT, Kind.TOP_UP)
"""What the gateway takes money for."""


class FoundBy(Enum):
    """Who noticed."""

    DIAGNOSIS = Text("诊断发现", "found by a diagnosis")
    RECONCILIATION = Text("对账发现", "found by the reconciliation")
    REFUND = Text("自动退款未成功", "its refund by itself did not succeed")


def raise_mismatch(
    tx: Transaction, deps: SupportDependencies, movement_id: str, found_by: FoundBy
) -> None:
    """See to it that people look at this payment or top-up, unless they were called for it before."""
    movement = call_people(tx, deps, movement_id, _MISMATCH, found_by=found_by.value)
    if movement is None:
        return
    data = {
        "id": movement.id,
        "status": movement.status,
        "amount": movement.amount_minor,
        "currency": movement.currency,
        "failure_code": movement.failure_code,
    }
    event = Event(f"{movement.kind}.mismatch", movement.id, movement.user_id, data)
    deps.events.announce(tx, event)


def raise_unbooked(deps: SupportDependencies, references: Iterable[str]) -> None:
    """Raise what the reconciliation found in the gateway's book alone; others than attempts are named by it."""
    with deps.database.transaction() as tx:
        movements = sa.select(Instruction.id).where(
            Instruction.kind.in_(_CHARGED),
            Instruction.id.in_(
                sa.select(Attempt.instruction_id).where(Attempt.id.in_(list(references)))
            ),
        )
        for movement_id in sorted(tx.scalars(movements)):
            raise_mismatch(tx, deps, movement_id, FoundBy.RECONCILIATION)
