"""Take in what a callback of the gateway or the bank tells about an attempt."""

import structlog

from app.core.database import Transaction
from app.edges.results import FindingState, Notice
from app.payments.machine.concluding import conclude
from app.payments.machine.plans import plan_of
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies

log = structlog.get_logger(__name__)


def hear_outcome(deps: PaymentDependencies, notice: Notice, *, at_bank: bool) -> None:
    """Settle an open attempt by a notice whose signature was checked, or notice a late success.

    In any order and as often as it comes: whoever is second, callback, inquiry or the call's own answer, changes
    nothing. `at_bank` tells who spoke: neither may speak for the other. What is about no attempt of ours is ignored,
    and so is a notice of another amount, which leaves the question to the inquiries and the difference to the
    reconciliation.
    """
    with deps.database.transaction() as tx:
        if _is_ours(tx, notice, at_bank=at_bank):
            conclude(tx, deps, notice.reference, notice.finding)


def _is_ours(tx: Transaction, notice: Notice, *, at_bank: bool) -> bool:
    attempt = tx.get(Attempt, notice.reference)
    if attempt is None:
        return False
    instruction = tx.get_one(Instruction, attempt.instruction_id)
    if plan_of(instruction).at_bank is not at_bank:
        log.warning("callback_of_the_wrong_side", attempt=attempt.id, at_bank=at_bank)
        return False
    told = (notice.amount_minor, notice.currency)
    if notice.finding.state is FindingState.DONE and told != (
        instruction.amount_minor,
        instruction.currency,
    ):
        log.warning("callback_of_another_amount", attempt=attempt.id, amount=notice.amount_minor)
        return False
    return True
