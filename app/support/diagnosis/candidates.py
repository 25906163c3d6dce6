"""Reading what may be meant: payments by their attempts, ledger entries and refunds, and what phones reported."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.banking.models import BankCard
from app.core.database import Transaction
from app.ledger.models import LedgerTransaction, Posting
from app.ledger.queries import wallet_of
from app.ledger.rules import Movement
from app.payments.models import Attempt, ClientEvent, Instruction, Refund
from app.payments.rules import Kind
from app.support.diagnosis.matching import (
    WIDEST,
    WITHOUT_A_TIME,
    Candidate,
    CandidateKind,
    Recollection,
)

_MOST: Final = 1000
"""Rows of each kind that are looked at, the newest of one user around a time."""

Moments = dict[str, list[datetime]]


def searched(remembered: Recollection, now: datetime) -> tuple[datetime, datetime]:
    """From when until when is looked."""
    if remembered.at is None:
        return now - WITHOUT_A_TIME, now
    return remembered.at - WIDEST, remembered.at + WIDEST


def payments_between(
    tx: Transaction, user_id: str, since: datetime, until: datetime
) -> Sequence[Candidate]:
    """Payments with an attempt or a ledger entry in that time, each once; a retry is remembered by its own time."""
    moments: Moments = defaultdict(list)
    for payment_id, at in (
        *_attempts(tx, user_id, since, until),
        *_entries(tx, user_id, since, until),
    ):
        moments[payment_id].append(at)
    return _candidates(tx, moments)


def refunds_between(
    tx: Transaction, user_id: str, since: datetime, until: datetime
) -> Sequence[Candidate]:
    """Payments of which something was given back in that time, each refund by its own amount and moment."""
    rows = tx.execute(
        sa.select(Refund.instruction_id, Refund.amount_minor, Refund.created_at)
        .join(Instruction, Instruction.id == Refund.instruction_id)
        .where(
            Refund.user_id == user_id,
            Refund.created_at.between(since, until),
            Instruction.kind == Kind.PAYMENT,
        )
        .order_by(Refund.created_at.desc())
        .limit(_MOST)
    ).all()
    payments = {it.id: it for it in _candidates(tx, {row.instruction_id: [] for row in rows})}
    return [
        Candidate(
            CandidateKind.PAYMENT,
            row.instruction_id,
            row.amount_minor,
            payments[row.instruction_id].merchant_id,
            [row.created_at],
            payments[row.instruction_id].card_last4,
        )
        for row in rows
    ]


def events_between(
    tx: Transaction, user_id: str, since: datetime, until: datetime
) -> Sequence[ClientEvent]:
    """What phones reported of that time, newest first."""
    query = (
        sa.select(ClientEvent)
        .where(ClientEvent.user_id == user_id, ClientEvent.occurred_at.between(since, until))
        .order_by(ClientEvent.occurred_at.desc(), ClientEvent.id.desc())
        .limit(_MOST)
    )
    return tx.scalars(query).all()


def of_event(event: ClientEvent) -> Candidate:
    """What a phone reported, as a candidate."""
    return Candidate(
        CandidateKind.CLIENT_EVENT,
        event.id,
        event.amount_minor,
        event.merchant_id,
        [event.occurred_at],
    )


def _attempts(
    tx: Transaction, user_id: str, since: datetime, until: datetime
) -> Iterable[tuple[str, datetime]]:
    rows = tx.execute(
        sa.select(Attempt.instruction_id, Attempt.started_at)
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(
            Attempt.user_id == user_id,
            Attempt.started_at.between(since, until),
            Instruction.kind == Kind.PAYMENT,
        )
        .order_by(Attempt.started_at.desc())
        .limit(_MOST)
    )
    return [(row.instruction_id, row.started_at) for row in rows]


def _entries(
    tx: Transaction, user_id: str, since: datetime, until: datetime
) -> Iterable[tuple[str, datetime]]:
    """When the wallet was charged, which may be long after the attempt."""
    rows = tx.execute(
        sa.select(LedgerTransaction.reference_id, Posting.created_at)
        .join(LedgerTransaction, LedgerTransaction.id == Posting.transaction_id)
        .where(
            Posting.account_id == wallet_of(tx, user_id).id,
            Posting.created_at.between(since, until),
            LedgerTransaction.movement == Movement.PAYMENT,
        )
        .order_by(Posting.created_at.desc())
        .limit(_MOST)
    )
    return [(row.reference_id, row.created_at) for row in rows]


def _candidates(tx: Transaction, moments: Mapping[str, list[datetime]]) -> Sequence[Candidate]:
    rows = tx.execute(
        sa.select(Instruction.id, Instruction.amount_minor, Instruction.merchant_id, BankCard.last4)
        .outerjoin(BankCard, BankCard.id == Instruction.bank_card_id)
        .where(Instruction.id.in_(moments))
    )
    return [
        Candidate(
            CandidateKind.PAYMENT,
            row.id,
            row.amount_minor,
            row.merchant_id,
            sorted(moments[row.id]),
            row.last4,
        )
        for row in rows
    ]
