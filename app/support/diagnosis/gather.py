"""Finding what is meant among payments and what phones reported. Reads only; what it means is elsewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.idempotency import IdempotencyClaim
from app.payments.models import Attempt, ClientEvent, Instruction
from app.payments.queries import InstructionRecord, read_instruction
from app.payments.rules import AttemptOutcome, Kind, Status
from app.support.diagnosis.candidates import (
    events_between,
    of_event,
    payments_between,
    refunds_between,
    searched,
)
from app.support.diagnosis.choosing import Choice, NothingTaken
from app.support.diagnosis.matching import (
    SAME_REQUEST,
    Candidate,
    CandidateKind,
    Listed,
    Recollection,
    is_same_request,
)

Chooser = Callable[[Sequence[Candidate], Recollection, NothingTaken], Choice]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is meant: a payment (and what the phone saw of it), only what the phone saw, or nothing."""

    record: InstructionRecord | None
    event: ClientEvent | None

    @property
    def open_attempt_id(self) -> str | None:
        """The attempt that the gateway has to be asked about, where the outcome is not known."""
        if self.record is None or self.record.attempts[-1].outcome != AttemptOutcome.UNKNOWN:
            return None
        return self.record.attempts[-1].id


@dataclass(frozen=True, slots=True)
class Search:
    """All that may be meant around a time; `events` are by id, `links` tell which payment an event is about."""

    candidates: Sequence[Candidate]
    events: Mapping[str, ClientEvent]
    links: Mapping[str, str]


def find_by_id(tx: Transaction, user_id: str, payment_id: str) -> Subject:
    """The user's own payment, with what the phone saw of it. Raises NOT_FOUND."""
    record = read_instruction(tx, user_id, Kind.PAYMENT, payment_id)
    moments = [attempt.started_at for attempt in record.attempts]
    since, until = moments[0] - SAME_REQUEST, moments[-1] + SAME_REQUEST
    events = events_between(tx, user_id, since, until)
    payment = _candidate_of(record)
    links = _links(tx, user_id, events, [payment])
    return Subject(record, next((it for it in events if links.get(it.id) == payment_id), None))


def choose(
    tx: Transaction, user_id: str, remembered: Recollection, choose_among: Chooser
) -> tuple[Subject, Choice]:
    """What fits a rough time and an amount best, as `choose_among` finds it among all that is on record."""
    search = search_around(tx, user_id, remembered)

    def nothing_taken(listed: Sequence[Listed]) -> bool:
        return all_failed(tx, listed)

    choice = choose_among(search.candidates, remembered, nothing_taken)
    best = choice.listed[0].candidate if choice.listed else None
    return subject_of(tx, user_id, search, best), choice


def all_failed(tx: Transaction, listed: Sequence[Listed]) -> bool:
    """Whether no money of anything that fits is on its way or taken; what only a phone saw moved none.

    A payment that failed and was charged all the same did take it.
    """
    ids = [it.candidate.id for it in listed if it.candidate.kind is CandidateKind.PAYMENT]
    charged_late = sa.exists().where(
        Attempt.instruction_id == Instruction.id, Attempt.late_success_at.is_not(None)
    )
    taken = sa.select(Instruction.id).where(
        Instruction.id.in_(ids), sa.or_(Instruction.status != Status.FAILED, charged_late)
    )
    return tx.scalars(taken.limit(1)).one_or_none() is None


def search_around(tx: Transaction, user_id: str, remembered: Recollection) -> Search:
    """Every payment, refund and sight of a phone in the widest window; a sight of a payment counts as that payment."""
    since, until = searched(remembered, tx.now)
    payments = payments_between(tx, user_id, since, until)
    refunds = refunds_between(tx, user_id, since, until)
    events = events_between(tx, user_id, since, until)
    links = _links(tx, user_id, events, payments)
    loose = [of_event(event) for event in events if event.id not in links]
    return Search([*payments, *refunds, *loose], {it.id: it for it in events}, links)


def subject_of(tx: Transaction, user_id: str, search: Search, chosen: Candidate | None) -> Subject:
    """The chosen candidate with its records, or nothing."""
    if chosen is None:
        return Subject(None, None)
    if chosen.kind is CandidateKind.CLIENT_EVENT:
        return Subject(None, search.events[chosen.id])
    record = read_instruction(tx, user_id, Kind.PAYMENT, chosen.id)
    seen = (it for it in search.events.values() if search.links.get(it.id) == chosen.id)
    return Subject(record, next(seen, None))


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
            (it.id for it in payments if is_same_request(of_event(event), it)), None
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
