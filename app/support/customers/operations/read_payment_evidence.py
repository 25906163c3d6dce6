"""Everything that our books know of one payment, for an agent who has to escalate it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.ledger.models import Account, Hold, LedgerTransaction, Posting
from app.payments.models import ClientEvent
from app.payments.queries import InstructionRecord
from app.payments.rules import AttemptOutcome, Kind, inquiry_due
from app.status.components import Component
from app.status.incident_queries import IncidentRecord
from app.status.queries import incidents_overlapping
from app.support.customers.operations.inquire_payment import read_movement
from app.support.dependencies import SupportDependencies
from app.support.diagnosis.candidates import events_between
from app.support.diagnosis.facts import AppFact, PaymentFact
from app.support.diagnosis.money import Verdict
from app.support.diagnosis.payment_facts import payment_fact, span_of
from app.support.diagnosis.surroundings import app_then
from app.support.looks import Look, Looker, record_look

AROUND: Final = timedelta(minutes=30)
"""How far around its attempts incidents and reports of phones are looked for; a diagnosis' first window."""
_SEEN: Final = ("payment", "attempts", "ledger_entries", "holds", "client_events", "incidents")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An entry of the ledger with its postings, which sum to zero."""

    id: str
    movement: str
    description: str
    reverses_id: str | None
    created_at: datetime
    postings: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PaymentEvidence:
    """What is known of a payment: `fact` and `verdict` are the money's truth, without asking the gateway anew."""

    record: InstructionRecord
    fact: PaymentFact
    verdict: Verdict
    next_inquiry_at: datetime | None
    entries: Sequence[LedgerEntry]
    holds: Sequence[Hold]
    incidents: Sequence[IncidentRecord]
    events: Sequence[ClientEvent]
    app: AppFact | None


def read_payment_evidence(
    deps: SupportDependencies, who: Looker, payment_id: str
) -> PaymentEvidence:
    """The attempts with their exchanges, the ledger entries, and what happened around them. Raises NOT_FOUND."""
    with deps.database.snapshot() as tx:
        found = _gather(tx, read_movement(tx, Kind.PAYMENT, payment_id))
    user_id = found.record.instruction.user_id
    record_look(deps, who, Look("read_payment_evidence", user_id, _SEEN, payment_id))
    return found


def _gather(tx: Transaction, record: InstructionRecord) -> PaymentEvidence:
    payment, attempts = record.instruction, record.attempts
    fact = payment_fact(tx, record, None)
    since, until = attempts[0].started_at - AROUND, attempts[-1].started_at + AROUND
    last = attempts[-1]
    is_open = last.outcome == AttemptOutcome.UNKNOWN
    return PaymentEvidence(
        record=record,
        fact=fact,
        verdict=fact.verdict,
        next_inquiry_at=inquiry_due(last.started_at, last.inquiries_made) if is_open else None,
        entries=_entries(tx, payment.kind, payment.id),
        holds=_holds(tx, [attempt.id for attempt in attempts]),
        incidents=incidents_overlapping(
            tx, Component.PAYMENT_GATEWAY, *span_of(record, tx.now).whole
        ),
        events=events_between(tx, payment.user_id, since, until),
        app=app_then(tx, last.app_version),
    )


def _entries(tx: Transaction, kind: str, payment_id: str) -> Sequence[LedgerEntry]:
    rows = tx.scalars(
        sa.select(LedgerTransaction)
        .where(
            LedgerTransaction.reference_type == kind, LedgerTransaction.reference_id == payment_id
        )
        .order_by(LedgerTransaction.created_at, LedgerTransaction.id)
    ).all()
    lines: dict[str, list[dict[str, Any]]] = {row.id: [] for row in rows}
    postings = tx.execute(
        sa.select(
            Posting.transaction_id,
            Posting.amount_minor,
            Posting.currency,
            Account.kind,
            Account.id,
        )
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.transaction_id.in_(list(lines)))
        .order_by(Posting.id)
    )
    for row in postings:
        line = {"account_id": row.id, "account": row.kind, "amount": row.amount_minor}
        lines[row.transaction_id].append(line | {"currency": row.currency})
    return [
        LedgerEntry(
            row.id, row.movement, row.description, row.reverses_id, row.created_at, lines[row.id]
        )
        for row in rows
    ]


def _holds(tx: Transaction, attempt_ids: Sequence[str]) -> Sequence[Hold]:
    query = sa.select(Hold).where(Hold.reference_id.in_(attempt_ids)).order_by(Hold.created_at)
    return tx.scalars(query).all()
