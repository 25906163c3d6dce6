"""Releasing the money of a payment whose outcome was unknown, once the gateway is certain that it took none."""

from typing import Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.edges.results import FindingState
from app.ledger.holds import find_hold
from app.ledger.models import Hold
from app.ledger.rules import HoldStatus, Line
from app.payments.models import Attempt, Instruction
from app.payments.operations.inquire_attempt import inquire_attempt
from app.payments.queries import own_instruction
from app.payments.rules import Kind, Status
from app.support.actions.effects.effect import Effect, Entries, entries_of
from app.support.actions.errors import NOTHING_HELD, PAYMENT_OUTCOME_UNKNOWN
from app.support.actions.models import ActionRequest
from app.support.dependencies import SupportDependencies

_NOT_TAKEN: Final = frozenset({FindingState.NONE, FindingState.FAILED, FindingState.CANCELLED})
"""What leaves hope for a release. Whether it is certain, a cancel tells when the request is carried out."""


def _look(deps: SupportDependencies, request: ActionRequest) -> None:
    """Refuse what can't be released as far as the gateway knows now; nothing is cancelled on one person's word."""
    with deps.database.snapshot() as tx:
        payment, attempt, held = _find(tx, request)
        if held is None or held.status != HoldStatus.HELD:
            raise PAYMENT_OUTCOME_UNKNOWN() if _was_taken(payment) else NOTHING_HELD()
        in_flight = attempt.may_be_in_flight(tx.now)
    if in_flight or deps.gateway.inquire(attempt.id).state not in _NOT_TAKEN:
        raise PAYMENT_OUTCOME_UNKNOWN()


def _preview(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> Entries:
    """A hold makes no posting: these are the two sides of the wallet between which the money moves."""
    payment, _, held = _find(tx, request)
    if held is None:
        raise NOTHING_HELD()
    wallet = held.account_id
    request.amount_minor = held.amount_minor
    lines = [
        Line(f"{wallet}:held", -held.amount_minor),
        Line(f"{wallet}:available", held.amount_minor),
    ]
    return entries_of(lines, payment.currency, f"release of what was held for {payment.id}")


def _prepare(deps: SupportDependencies, request: ActionRequest) -> None:
    """Have the gateway cancel what it hasn't seen, and settle the payment by what it says, whatever that is.

    That is no more than the truth about the payment, which the next inquiry would find as well: so it may happen
    although the request is rejected in the same moment.
    """
    with deps.database.snapshot() as tx:
        _, attempt, _ = _find(tx, request)
    inquire_attempt(deps.payments, attempt.id, on_schedule=False)


def _carry_out(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> None:
    """Only what was released is executed; whoever settled the payment has told its user."""
    payment, _, held = _find(tx, request)
    if payment.status != Status.FAILED or held is None or held.status != HoldStatus.RELEASED:
        raise PAYMENT_OUTCOME_UNKNOWN()


def _find(tx: Transaction, request: ActionRequest) -> tuple[Instruction, Attempt, Hold | None]:
    """The payment, its last attempt, and what was held for that. Raises NOT_FOUND."""
    payment = own_instruction(tx, request.user_id, Kind.PAYMENT, request.payment_id or "")
    last = sa.select(Attempt).where(
        Attempt.instruction_id == payment.id, Attempt.number == payment.attempts_made
    )
    attempt = tx.scalars(last).one()
    return payment, attempt, find_hold(tx, attempt.id)


def _was_taken(payment: Instruction) -> bool:
    return payment.status == Status.SUCCEEDED


RELEASE_HOLD = Effect(_carry_out, preview=_preview, look=_look, prepare=_prepare)
