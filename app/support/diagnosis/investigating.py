"""From a question to the facts of the case: found, asked of the gateway where that matters, and gathered.

Nothing is moved or settled by asking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.ids import new_id
from app.ledger.queries import wallet_of
from app.payments.models import ClientEvent
from app.support.dependencies import SupportDependencies
from app.support.diagnosis import surroundings
from app.support.diagnosis.candidates import searched
from app.support.diagnosis.facts import CardFact, ClientEventFact, Facts
from app.support.diagnosis.gather import Chooser, Subject, choose, find_by_id
from app.support.diagnosis.matching import WINDOWS, Listed, Recollection
from app.support.diagnosis.models import PaymentDiagnosis
from app.support.diagnosis.payment_facts import Inquiry, Span, payment_fact, span_of
from app.support.diagnosis.report import Diagnosis


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about: a payment by its id, or what is remembered of it; exactly one is set."""

    payment_id: str | None = None
    remembered: Recollection | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is meant; for an agent also all that fits, best first, and whether nothing but the first is meant."""

    subject: Subject
    listed: Sequence[Listed] = ()
    certain: bool = True
    rivals_failed: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """A question about a user's payment, what was found, and every fact, as of one moment."""

    user_id: str
    question: Question
    found: Found
    facts: Facts


def investigate(
    deps: SupportDependencies, user_id: str, question: Question, chooser: Chooser
) -> Case:
    """Find the payment and gather the facts; where its outcome is unknown the gateway is asked by our own reference.

    That happens with no transaction open. Raises NOT_FOUND for a payment id that is not the user's.
    """
    with deps.database.snapshot() as tx:
        found = _find(tx, user_id, question, chooser)
    inquiry = _ask_gateway(deps, found.subject)
    with deps.database.snapshot() as tx:
        found = _find(tx, user_id, question, chooser)
        facts = _gather(tx, deps, user_id, question, found, inquiry)
    return Case(user_id, question, found, facts)


def record_of(
    tx: Transaction,
    case: Case,
    diagnosis: Diagnosis,
    answer: Mapping[str, Any],
    agent_id: str | None = None,
) -> PaymentDiagnosis:
    """The diagnosis as it is kept: the question, the verdict, and the answer word for word."""
    primary, event = diagnosis.primary_cause, case.found.subject.event
    evidence = [{**it, "at": rfc3339(it["at"])} for it in answer["evidence"]]
    return PaymentDiagnosis(
        id=diagnosis.id,
        user_id=case.user_id,
        agent_id=agent_id,
        payment_id=diagnosis.payment_id,
        client_event_id=event.id if event else None,
        verdict=diagnosis.verdict,
        retry_safe=diagnosis.retry_safe,
        primary_cause=primary.code if primary else None,
        asked=_asked(case.question),
        answer={**answer, "evidence": evidence},
        created_at=tx.now,
    )


def _find(tx: Transaction, user_id: str, question: Question, chooser: Chooser) -> Found:
    if question.payment_id is not None:
        return Found(find_by_id(tx, user_id, question.payment_id))
    if question.remembered is None:
        raise ValueError("a question names a payment or what is remembered of it")
    subject, choice = choose(tx, user_id, question.remembered, chooser)
    return Found(subject, choice.listed, choice.certain, choice.rivals_failed)


def _ask_gateway(deps: SupportDependencies, subject: Subject) -> Inquiry | None:
    if subject.record is None or subject.open_attempt_id is None:
        return None
    attempt = subject.record.attempts[-1]
    finding = deps.gateway.inquire(attempt.id)
    with deps.database.snapshot() as tx:
        in_flight = attempt.may_be_in_flight(tx.now)
        return Inquiry(attempt.id, finding, tx.now, in_flight)


def _gather(
    tx: Transaction,
    deps: SupportDependencies,
    user_id: str,
    question: Question,
    found: Found,
    inquiry: Inquiry | None,
) -> Facts:
    """Every fact of the case, as of one moment."""
    subject, remembered = found.subject, question.remembered
    payment = payment_fact(tx, subject.record, inquiry) if subject.record else None
    event = subject.event
    at, amount = _moment_and_amount(subject, remembered, tx.now)
    at = min(at, tx.now)
    version = payment.last.app_version if payment else event.app_version if event else None
    hinted = remembered.card_last4 if remembered and payment is None else None
    return Facts(
        diagnosis_id=new_id("dia"),
        user_id=user_id,
        now=tx.now,
        at=at,
        amount_minor=amount,
        currency=wallet_of(tx, user_id).currency,
        timezone=deps.timezone,
        balance=surroundings.balance_then(tx, user_id, at, payment),
        payment=payment,
        event=_event_fact(event) if event else None,
        limit=surroundings.limit_then(tx, user_id, at, deps.timezone),
        outage=surroundings.outage_then(
            tx, _span(subject, at, tx.now), payment.last.code if payment else None
        ),
        freeze=surroundings.freeze_then(tx, user_id, at),
        lock=surroundings.lock_then(tx, user_id, at),
        app=surroundings.app_then(tx, version),
        card=_card(tx, user_id, subject, hinted, at),
        searched=searched(remembered, tx.now) if remembered else None,
        certain=found.certain,
        rivals_failed=found.rivals_failed,
    )


def _moment_and_amount(
    subject: Subject, remembered: Recollection | None, now: datetime
) -> tuple[datetime, int | None]:
    """When it happened and how much it was: by our record, else by the phone's, else as remembered."""
    if subject.record is not None:
        payment, attempts = subject.record.instruction, subject.record.attempts
        return attempts[-1].started_at, payment.amount_minor
    if remembered is None:
        raise ValueError("without a payment something is remembered")
    if subject.event is not None:
        return subject.event.occurred_at, subject.event.amount_minor or remembered.amount_minor
    return remembered.at or now, remembered.amount_minor


def _span(subject: Subject, at: datetime, now: datetime) -> Span:
    """How long it took: of a payment, by its record; of what a phone saw, that moment; else what people misremember."""
    if subject.record is not None:
        return span_of(subject.record, now)
    slack = timedelta() if subject.event else WINDOWS[0]
    return Span((at - slack, min(at + slack, now)), (at, at))


def _card(
    tx: Transaction, user_id: str, subject: Subject, hinted: str | None, at: datetime
) -> CardFact | None:
    if subject.record is not None:
        return surroundings.card_now(tx, subject.record.instruction)
    return surroundings.card_then(tx, user_id, hinted, at) if hinted else None


def _event_fact(event: ClientEvent) -> ClientEventFact:
    return ClientEventFact(event.id, event.type, event.occurred_at, event.error, event.app_version)


def _asked(question: Question) -> dict[str, Any]:
    remembered = question.remembered
    if remembered is None:
        return {"payment_id": question.payment_id}
    asked = {
        "amount": remembered.amount_minor,
        "occurred_at": rfc3339(remembered.at) if remembered.at else None,
        "merchant_id": remembered.merchant_id,
        "card_last4": remembered.card_last4,
    }
    return {name: value for name, value in asked.items() if value is not None}
