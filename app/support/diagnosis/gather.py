"""Finding what a user means among payments and what phones reported. Reads only; what it means is elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.idempotency import IdempotencyClaim
from app.payments.models import Attempt, ClientEvent, Instruction
from app.payments.queries import InstructionRecord, read_instruction
from app.payments.rules import Kind
from app.support.diagnosis.matching import (
    SAME_REQUEST,
    WIDEST,
    Candidate,
    CandidateKind,
    Recollection,
    choose,
    is_same_request,
)

_MOST_CANDIDATES: Final = 1000
"""Attempts of one user around a time that are looked at, and as many events of phones."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is meant: a payment (and what the phone saw of it), only what the phone saw, or nothing."""

    record: InstructionRecord | None
    event: ClientEvent | None

    @property
    def open_attempt_id(self) -> str | None:
        """The attempt that the gateway has to be asked about, where the outcome is not known."""
        if self.record is None or self.record.attempts[-1].outcome != "unknown":
            return None
        return self.record.attempts[-1].id


def find_by_id(tx: Transaction, user_id: str, payment_id: str) -> Subject:
    """The user's own payment, with what the phone saw of it. Raises NOT_FOUND."""
    record = read_instruction(tx, user_id, Kind.PAYMENT, payment_id)
    moments = [attempt.started_at for attempt in record.attempts]
    since, until = moments[0] - SAME_REQUEST, moments[-1] + SAME_REQUEST
    events = _events_between(tx, user_id, since, until)
    payment = _candidate_of(record)
    links = _links(tx, user_id, events, [payment])
    return Subject(record, next((it for it in events if links.get(it.id) == payment_id), None))


def find_by_recollection(tx: Transaction, user_id: str, remembered: Recollection) -> Subject:
    """What fits a rough time and an amount best, or nothing."""
    since, until = searched(remembered)
    payments = _payments_between(tx, user_id, since, until)
    events = _events_between(tx, user_id, since, until)
    links = _links(tx, user_id, events, payments)
    loose = [_candidate_of_event(event) for event in events if event.id not in links]
    chosen = choose([*payments, *loose], remembered)
    if chosen is None:
        return Subject(None, None)
    if chosen.kind is CandidateKind.CLIENT_EVENT:
        return Subject(None, next(event for event in events if event.id == chosen.id))
    record = read_instruction(tx, user_id, Kind.PAYMENT, chosen.id)
    return Subject(record, next((it for it in events if links.get(it.id) == chosen.id), None))


def searched(remembered: Recollection) -> tuple[datetime, datetime]:
    """From when until when is looked."""
    return remembered.at - WIDEST, remembered.at + WIDEST


def _payments_between(
    tx: Transaction, user_id: str, since: datetime, until: datetime
) -> Sequence[Candidate]:
    """Payments with an attempt in that time; a retry next day is remembered by its own time."""
    rows = tx.execute(
        sa.select(
            Instruction.id,
            Instruction.amount_minor,
            Instruction.merchant_id,
            Attempt.started_at,
        )
        .join(Attempt, Attempt.instruction_id == Instruction.id)
        .where(
            Instruction.user_id == user_id,
            Instruction.kind == Kind.PAYMENT,
            Attempt.started_at.between(since, until),
        )
        .order_by(Attempt.started_at.desc())
        .limit(_MOST_CANDIDATES)
    ).all()
    moments: dict[str, list[datetime]] = {}
    for row in reversed(rows):
        moments.setdefault(row.id, []).append(row.started_at)
    return [
        Candidate(CandidateKind.PAYMENT, row.id, row.amount_minor, row.merchant_id, moments[row.id])
        for row in {row.id: row for row in rows}.values()
    ]


def _events_between(
    tx: Transaction, user_id: str, since: datetime, until: datetime
) -> Sequence[ClientEvent]:
    query = (
        sa.select(ClientEvent)
        .where(ClientEvent.user_id == user_id, ClientEvent.occurred_at.between(since, until))
        .order_by(ClientEvent.occurred_at.desc(), ClientEvent.id.desc())
        .limit(_MOST_CANDIDATES)
    )
    return tx.scalars(query).all()


def _links(
    tx: Transaction, user_id: str, events: Iterable[ClientEvent], payments: Sequence[Candidate]
) -> Mapping[str, str]:
    """Which payment an event is about: by its idempotency key, else by amount, payee and time.

    A call that was refused for the app's version made no payment, whatever else is close to it.
    """
    failed = [event for event in events if event.type == "payment_request_failed"]
    by_key = _payments_by_key(tx, user_id, {it.idempotency_key for it in failed} - {None})
    links: dict[str, str] = {}
    for event in failed:
        same = by_key.get(event.idempotency_key or "") or next(
            (it.id for it in payments if is_same_request(_candidate_of_event(event), it)), None
        )
        if same is not None:
            links[event.id] = same
    return links


def _payments_by_key(
    tx: Transaction, user_id: str, keys: Iterable[str | None]
) -> Mapping[str, str]:
    query = sa.select(IdempotencyClaim.key, IdempotencyClaim.subject_id).where(
        IdempotencyClaim.principal_id == user_id,
        IdempotencyClaim.key.in_(list(keys)),
        IdempotencyClaim.subject_id.startswith("pay_", autoescape=True),
    )
    return {key: subject_id for key, subject_id in tx.execute(query) if subject_id}


def _candidate_of(record: InstructionRecord) -> Candidate:
    payment = record.instruction
    return Candidate(
        CandidateKind.PAYMENT,
        payment.id,
        payment.amount_minor,
        payment.merchant_id,
        [attempt.started_at for attempt in record.attempts],
    )


def _candidate_of_event(event: ClientEvent) -> Candidate:
    return Candidate(
        CandidateKind.CLIENT_EVENT,
        event.id,
        event.amount_minor,
        event.merchant_id,
        [event.occurred_at],
    )
