"""Telling a user how it ended, where the answer to their call could not: its outcome was not known then.

What was answered at once is not told again by a message.
"""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from app.auth.notices import tell_quietly
from app.core.database import Transaction
from app.core.locale import Text
from app.core.money import amount_text
from app.notifications.rules import Template
from app.payments.models import Attempt, Instruction, Merchant
from app.payments.rules import CALL_DEADLINE, Kind, Status

_TEMPLATES: Final[Mapping[tuple[Kind, Status], Template]] = {
    (Kind.PAYMENT, Status.SUCCEEDED): Template.PAYMENT_SUCCEEDED,
    (Kind.PAYMENT, Status.FAILED): Template.PAYMENT_FAILED,
    (Kind.PAYMENT, Status.MANUAL_REVIEW): Template.PAYMENT_UNDER_REVIEW,
    (Kind.TOP_UP, Status.SUCCEEDED): Template.TOP_UP_SUCCEEDED,
    (Kind.TOP_UP, Status.FAILED): Template.TOP_UP_FAILED,
    (Kind.TOP_UP, Status.MANUAL_REVIEW): Template.TOP_UP_UNDER_REVIEW,
    (Kind.WITHDRAWAL, Status.SUCCEEDED): Template.WITHDRAWAL_SUCCEEDED,
    (Kind.WITHDRAWAL, Status.FAILED): Template.WITHDRAWAL_FAILED,
    (Kind.WITHDRAWAL, Status.MANUAL_REVIEW): Template.WITHDRAWAL_UNDER_REVIEW,
}


def was_left_open(tx: Transaction, attempt_id: str) -> bool:
    """Whether the call ended, or died, without an outcome: whoever made it waits for news (support.md, "Messages").

    The attempt's row is locked, so that the call can't say "not known yet" in the meantime and nobody tells the user.
    """
    attempt = sa.select(Attempt.started_at, Attempt.finished_at).where(Attempt.id == attempt_id)
    row = tx.execute(attempt.with_for_update()).one()
    return row.finished_at is not None or row.started_at + CALL_DEADLINE <= tx.now


def tell_outcome(tx: Transaction, instruction: Instruction, status: Status) -> None:
    """One message, if this transaction commits: how a payment, top-up or withdrawal ended, or who looks at it now."""
    values = {"amount": amount_text(instruction.amount_minor, instruction.currency)}
    if instruction.merchant_id is not None:
        merchant = tx.get_one(Merchant, instruction.merchant_id)
        values["merchant"] = Text(merchant.name_zh, merchant.name_en)
    tell_quietly(tx, instruction.user_id, _TEMPLATES[Kind(instruction.kind), status], **values)
