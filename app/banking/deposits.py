"""The books of a micro-deposit: its attempts, and what a certain outcome of one means. In the caller's transaction.

The deposit goes from our own account to the card, by the bank; the user's wallet takes no part. It is recorded in
the ledger when the bank says that it did it, and again the other way round when it is clawed back.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
import structlog

from app.banking.models import BankCard, DepositAttempt
from app.banking.rules import (
    AttemptKind,
    AttemptStatus,
    CardStatus,
    DepositStatus,
    JobKind,
    next_inquiry,
)
from app.core import jobs
from app.core.database import Transaction
from app.core.ids import new_id
from app.edges.results import Answer, Finding, FindingState, Outcome
from app.ledger.accounts import operator_account
from app.ledger.postings import Entry, post
from app.ledger.rules import AccountKind, Line, Movement

PREFIXES: Final = {AttemptKind.DEPOSIT: "dep", AttemptKind.CLAW_BACK: "clb"}

CERTAIN: Final[dict[Outcome | FindingState, AttemptStatus]] = {
    Outcome.SUCCEEDED: AttemptStatus.SUCCEEDED,
    Outcome.FAILED: AttemptStatus.FAILED,
    FindingState.DONE: AttemptStatus.SUCCEEDED,
    FindingState.FAILED: AttemptStatus.FAILED,
    FindingState.CANCELLED: AttemptStatus.FAILED,
}
"""What settles an attempt. Unknown doesn't, nor does `none`: the request may still arrive."""

log = structlog.get_logger(__name__)


def begin_attempt(tx: Transaction, card_id: str, kind: AttemptKind) -> str | None:
    """Record that the bank is about to be asked and return the reference, or None where that is done or running."""
    reference = new_id(PREFIXES[kind])
    tx.insert_missing(
        DepositAttempt,
        id=reference,
        card_id=card_id,
        kind=kind,
        status=AttemptStatus.SENDING,
        began_at=tx.now,
    )
    return tx.scalar(sa.select(DepositAttempt.id).where(DepositAttempt.id == reference))


def open_attempt(tx: Transaction, card_id: str, kind: AttemptKind) -> str | None:
    """The reference of the attempt whose outcome is not known yet."""
    return tx.scalar(
        sa.select(DepositAttempt.id).where(
            DepositAttempt.card_id == card_id,
            DepositAttempt.kind == kind,
            DepositAttempt.status == AttemptStatus.SENDING,
        )
    )


def deposit_reference(tx: Transaction, card_id: str) -> str:
    """The reference of the deposit that reached the card. Raises NoResultFound where none did."""
    return tx.scalars(
        sa.select(DepositAttempt.id).where(
            DepositAttempt.card_id == card_id,
            DepositAttempt.kind == AttemptKind.DEPOSIT,
            DepositAttempt.status == AttemptStatus.SUCCEEDED,
        )
    ).one()


def next_try(tx: Transaction, card_id: str, kind: AttemptKind) -> datetime:
    """When the bank is asked again, by the schedule that began with the first attempt."""
    first = tx.scalar(
        sa.select(sa.func.min(DepositAttempt.began_at)).where(
            DepositAttempt.card_id == card_id, DepositAttempt.kind == kind
        )
    )
    return next_inquiry(first or tx.now, tx.now)


def settle_attempt(tx: Transaction, reference: str, result: Answer | Finding) -> None:
    """Take in what the bank answered. An uncertain answer, or one to a settled attempt, changes nothing."""
    said = result.outcome if isinstance(result, Answer) else result.state
    status = CERTAIN.get(said)
    if status is None:
        return
    attempt = tx.execute(
        sa.update(DepositAttempt)
        .where(DepositAttempt.id == reference, DepositAttempt.status == AttemptStatus.SENDING)
        .values(
            status=status,
            problem=result.problem,
            external_id=result.external_id,
            finished_at=tx.now,
        )
        .returning(DepositAttempt.card_id, DepositAttempt.kind)
    ).one_or_none()
    if attempt is None:
        return
    if status is AttemptStatus.FAILED:
        log.warning("micro_deposit_attempt_failed", attempt=reference, problem=result.problem)
    _FOLLOW[AttemptKind(attempt.kind), status](tx, attempt.card_id, reference)


def _deposit_arrived(tx: Transaction, card_id: str, reference: str) -> None:
    jobs.cancel(tx, JobKind.SETTLE_DEPOSIT, reference)
    status, amount_minor = _move_deposit(tx, card_id, DepositStatus.SENT)
    _record(tx, Movement.MICRO_DEPOSIT, card_id, reference, amount_minor)
    if status != CardStatus.PENDING_VERIFICATION:  # unbound or expired while the bank was asked
        jobs.schedule(tx, JobKind.CLAW_BACK, card_id, tx.now)


def _deposit_failed(tx: Transaction, card_id: str, reference: str) -> None:
    jobs.cancel(tx, JobKind.SETTLE_DEPOSIT, reference)
    due_at = next_try(tx, card_id, AttemptKind.DEPOSIT)
    jobs.schedule(tx, JobKind.POST_DEPOSIT, card_id, due_at)


def _deposit_returned(tx: Transaction, card_id: str, reference: str) -> None:
    jobs.cancel(tx, JobKind.CLAW_BACK, card_id)
    _, amount_minor = _move_deposit(tx, card_id, DepositStatus.RETURNED)
    _record(tx, Movement.CLAW_BACK, card_id, reference, -amount_minor)


def _claw_back_failed(tx: Transaction, card_id: str, reference: str) -> None:
    """The next try is scheduled already: `claw_back_micro_deposit` does so before it asks."""


_FOLLOW: Final = {
    (AttemptKind.DEPOSIT, AttemptStatus.SUCCEEDED): _deposit_arrived,
    (AttemptKind.DEPOSIT, AttemptStatus.FAILED): _deposit_failed,
    (AttemptKind.CLAW_BACK, AttemptStatus.SUCCEEDED): _deposit_returned,
    (AttemptKind.CLAW_BACK, AttemptStatus.FAILED): _claw_back_failed,
}


def _move_deposit(tx: Transaction, card_id: str, target: DepositStatus) -> tuple[str, int]:
    """Move the card's deposit and return the card's status and the amount in fen.

    The update waits for whoever is moving the card, so of the two one sees the other: a deposit that arrives as
    its card is unbound is clawed back by exactly one of them.
    """
    row = tx.execute(
        sa.update(BankCard)
        .where(BankCard.id == card_id)
        .values(deposit_status=target)
        .returning(BankCard.status, BankCard.deposit_minor)
    ).one()
    return row.status, row.deposit_minor


def _record(
    tx: Transaction, movement: Movement, card_id: str, reference: str, amount_minor: int
) -> None:
    lines = (
        Line(operator_account(AccountKind.MICRO_DEPOSITS), -amount_minor),
        Line(operator_account(AccountKind.BANK_CLEARING), amount_minor),
    )
    post(
        tx,
        Entry(
            movement=movement,
            reference_type="bank_card",
            reference_id=card_id,
            lines=lines,
            description="Card verification",
            external_reference=reference,
        ),
    )
