"""Tell a user what became of a payment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.ids import new_id
from app.core.locale import Locale
from app.ledger.queries import wallet_of
from app.payments.models import ClientEvent
from app.payments.rules import CALL_DEADLINE
from app.support.diagnosis import surroundings
from app.support.diagnosis.facts import ClientEventFact, Facts
from app.support.diagnosis.gather import Subject, find_by_id, find_by_recollection, searched
from app.support.diagnosis.matching import Recollection
from app.support.diagnosis.payment_facts import Inquiry, payment_fact
from app.support.diagnosis.report import Diagnosis, diagnose, present
from app.support.models import PaymentDiagnosis
from app.support.operations import SupportDependencies


@dataclass(frozen=True, slots=True)
class Question:
    """What a user asks about: a payment by its id, or what they remember of it; exactly one is set."""

    payment_id: str | None = None
    remembered: Recollection | None = None


def diagnose_payment(
    deps: SupportDependencies, user_id: str, question: Question, locale: Locale
) -> dict[str, Any]:
    """Find the payment, settle where its money is, then why; the answer is kept and returned.

    Where the outcome is not known the gateway is asked by our own reference, with no transaction open; nothing is moved
    or settled by asking. Raises NOT_FOUND for a payment id that is not the user's.
    """
    with deps.database.snapshot() as tx:
        subject = _find(tx, user_id, question)
    inquiry = _ask_gateway(deps, subject)
    with deps.database.snapshot() as tx:
        subject = _find(tx, user_id, question)
        facts = _gather(tx, deps, user_id, question, subject, inquiry)
    diagnosis = diagnose(facts)
    answer = present(diagnosis, locale)
    with deps.database.transaction() as tx:
        tx.add(_record(tx, user_id, question, subject, diagnosis, answer))
    return answer


def _find(tx: Transaction, user_id: str, question: Question) -> Subject:
    if question.payment_id is not None:
        return find_by_id(tx, user_id, question.payment_id)
    if question.remembered is None:
        raise ValueError("a question names a payment or what is remembered of it")
    return find_by_recollection(tx, user_id, question.remembered)


def _ask_gateway(deps: SupportDependencies, subject: Subject) -> Inquiry | None:
    if subject.record is None or subject.open_attempt_id is None:
        return None
    attempt = subject.record.attempts[-1]
    finding = deps.gateway.inquire(attempt.id)
    with deps.database.snapshot() as tx:
        in_flight = attempt.finished_at is None and tx.now < attempt.started_at + CALL_DEADLINE
        return Inquiry(attempt.id, finding, tx.now, in_flight)


def _gather(
    tx: Transaction,
    deps: SupportDependencies,
    user_id: str,
    question: Question,
    subject: Subject,
    inquiry: Inquiry | None,
) -> Facts:
    """Every fact of the case, as of one moment."""
    payment = payment_fact(tx, subject.record, inquiry) if subject.record else None
    event, remembered = subject.event, question.remembered
    at, amount = _moment_and_amount(subject, remembered)
    at = min(at, tx.now)
    version = payment.last.app_version if payment else event.app_version if event else None
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
        outage=surroundings.outage_then(tx, at, payment.last.code if payment else None),
        account_frozen=surroundings.is_frozen(tx, user_id),
        lock=surroundings.lock_then(tx, user_id, at),
        app=surroundings.app_then(tx, version),
        searched=searched(remembered) if remembered else None,
    )


def _moment_and_amount(subject: Subject, remembered: Recollection | None) -> tuple[datetime, int]:
    """When it happened and how much it was: by our record, else by the phone's, else as remembered."""
    if subject.record is not None:
        payment, attempts = subject.record.instruction, subject.record.attempts
        return attempts[-1].started_at, payment.amount_minor
    if remembered is None:
        raise ValueError("without a payment something is remembered")
    if subject.event is not None:
        return subject.event.occurred_at, subject.event.amount_minor or remembered.amount_minor
    return remembered.at, remembered.amount_minor


def _event_fact(event: ClientEvent) -> ClientEventFact:
    return ClientEventFact(event.id, event.type, event.occurred_at, event.error, event.app_version)


def _record(
    tx: Transaction,
    user_id: str,
    question: Question,
    subject: Subject,
    diagnosis: Diagnosis,
    answer: Mapping[str, Any],
) -> PaymentDiagnosis:
    primary = diagnosis.primary_cause
    evidence = [{**it, "at": rfc3339(it["at"])} for it in answer["evidence"]]
    return PaymentDiagnosis(
        id=diagnosis.id,
        user_id=user_id,
        payment_id=diagnosis.payment_id,
        client_event_id=subject.event.id if subject.event else None,
        verdict=diagnosis.verdict,
        retry_safe=diagnosis.retry_safe,
        primary_cause=primary.code if primary else None,
        asked=_asked(question),
        answer={**answer, "evidence": evidence},
        created_at=tx.now,
    )


def _asked(question: Question) -> dict[str, Any]:
    remembered = question.remembered
    if remembered is None:
        return {"payment_id": question.payment_id}
    return {
        "amount": remembered.amount_minor,
        "occurred_at": rfc3339(remembered.at),
        "merchant_id": remembered.merchant_id,
    }
