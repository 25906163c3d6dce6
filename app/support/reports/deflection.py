"""Trouble with a payment that ended by itself: diagnosed in the app, paid after it, and nobody was asked.

A case is what one user asked the app about one payment. It is deflected when within 24 hours after the first diagnosis
the payment succeeded and the user came to no agent, neither then nor in the 24 hours before: wrote nothing (nor by mail
from the account's own address), did not call, and no agent asked about a payment of theirs. What an agent diagnosed is
no case: somebody was asked. Reading an article without a payment to go by proves nothing, and readers of the FAQ have
no login, so they are not counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.auth.models import User
from app.core.database import Transaction
from app.payments.models import Attempt, Instruction
from app.payments.rules import AttemptOutcome, Kind
from app.support.calls.models import SupportCall
from app.support.conversations.models import Conversation, Message
from app.support.conversations.rules import Author
from app.support.diagnosis.models import PaymentDiagnosis
from app.support.diagnosis.money import Verdict
from app.support.mailroom.models import MailCase
from app.support.reports.figures import share

WAIT: Final = timedelta(hours=24)
"""How long a user has to pay after all, or to ask somebody; who asked somebody so long before was being helped."""
NOTHING_TO_DEFLECT: Final = (Verdict.SUCCEEDED.value, Verdict.REFUNDED.value)
"""The payment had gone through, or was given back: there was nothing left to pay."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a user asked about one payment first. `amount_minor` and `merchant_id` find another that paid the same."""

    user_id: str
    payment_id: str | None
    amount_minor: int | None
    merchant_id: str | None
    verdict: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Success:
    """A payment that went through, `at` the end of the attempt that took it."""

    payment_id: str
    amount_minor: int
    merchant_id: str | None
    at: datetime

    def settles(self, case: Case) -> bool:
        """Whether it is the payment that was asked about, or one of the same amount to the same payee, in time."""
        if not case.at <= self.at <= case.at + WAIT:
            return False
        same_payee = case.merchant_id in (None, self.merchant_id)
        return self.payment_id == case.payment_id or (
            same_payee and self.amount_minor == case.amount_minor
        )


@dataclass(slots=True)
class Outcomes:
    """Cases whose 24 hours are over, by what became of them; `waiting` are those whose are not."""

    decided: int = 0
    paid: int = 0
    contacted: int = 0
    deflected: int = 0
    waiting: int = 0

    @property
    def rate(self) -> float | None:
        """The deflected share of those decided."""
        return share(self.deflected, self.decided)


@dataclass(frozen=True, slots=True)
class DeflectionReport:
    """The whole, and by what the first diagnosis said of the money."""

    total: Outcomes
    by_verdict: Mapping[str, Outcomes]


def report_deflection(tx: Transaction, since: datetime, until: datetime) -> DeflectionReport:
    """What became of the cases that were diagnosed first from `since` until just before `until`."""
    cases = _cases(tx, since, until)
    paid = _successes(tx, since, until)
    contacts = _contacts(tx, since, until)
    total, by_verdict = Outcomes(), {verdict.value: Outcomes() for verdict in Verdict}
    for case in cases:
        is_paid = any(success.settles(case) for success in paid[case.user_id])
        asked = any(abs(at - case.at) <= WAIT for at in contacts[case.user_id])
        for outcomes in (total, by_verdict[case.verdict]):
            _count(outcomes, is_over=case.at + WAIT <= tx.now, is_paid=is_paid, asked=asked)
    told = {it: found for it, found in by_verdict.items() if it not in NOTHING_TO_DEFLECT}
    return DeflectionReport(total, told)


def _count(outcomes: Outcomes, *, is_over: bool, is_paid: bool, asked: bool) -> None:
    if not is_over:
        outcomes.waiting += 1
        return
    outcomes.decided += 1
    outcomes.paid += is_paid
    outcomes.contacted += asked
    outcomes.deflected += is_paid and not asked


def _cases(tx: Transaction, since: datetime, until: datetime) -> Sequence[Case]:
    """The first diagnosis of each case in the app; one that began before `since` belongs to an earlier report."""
    given = PaymentDiagnosis
    query = (
        sa.select(
            given.user_id,
            given.payment_id,
            given.asked,
            given.verdict,
            given.created_at,
            Instruction.amount_minor,
            Instruction.merchant_id,
        )
        .outerjoin(Instruction, Instruction.id == given.payment_id)
        .where(given.agent_id.is_(None), given.created_at >= since - WAIT, given.created_at < until)
        .order_by(given.created_at, given.id)
    )
    first: dict[tuple[str, object, object], Case] = {}
    for row in tx.execute(query):
        amount = row.amount_minor or row.asked.get("amount")
        payee = row.merchant_id or row.asked.get("merchant_id")
        case = Case(row.user_id, row.payment_id, amount, payee, row.verdict, row.created_at)
        first.setdefault((row.user_id, row.payment_id or amount, row.payment_id or payee), case)
    return [
        case
        for case in first.values()
        if case.at >= since and case.verdict not in NOTHING_TO_DEFLECT
    ]


def _users(since: datetime, until: datetime) -> sa.Select[str]:
    given = PaymentDiagnosis
    return sa.select(given.user_id).where(
        given.agent_id.is_(None), given.created_at >= since, given.created_at < until
    )


def _successes(
    tx: Transaction, since: datetime, until: datetime
) -> Mapping[str, Sequence[Success]]:
    """Payments of those users that went through in that time or the day after."""
    query = (
        sa.select(
            Instruction.user_id,
            Instruction.id,
            Instruction.amount_minor,
            Instruction.merchant_id,
            Attempt.finished_at,
        )
        .join(Attempt, Attempt.instruction_id == Instruction.id)
        .where(
            Instruction.kind == Kind.PAYMENT,
            Instruction.user_id.in_(_users(since, until)),
            Attempt.outcome == AttemptOutcome.SUCCEEDED,
            Attempt.finished_at.between(since, until + WAIT),
        )
    )
    found: dict[str, list[Success]] = defaultdict(list)
    for user_id, payment_id, amount, merchant_id, at in tx.execute(query):
        if at is not None:  # a success has its end: a CHECK of the table
            found[user_id].append(Success(payment_id, amount, merchant_id, at))
    return found


def _contacts(
    tx: Transaction, since: datetime, until: datetime
) -> Mapping[str, Sequence[datetime]]:
    """When those users wrote to us or called, and when agents asked for them.

    A mail's sender is a claim, and its conversation is nobody's: here it counts for whose address it is.
    """
    users, window = _users(since, until), (since - WAIT, until + WAIT)
    wrote = (
        sa.select(Conversation.user_id, Message.created_at)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.author == Author.USER,
            Conversation.user_id.in_(users),
            Message.created_at.between(*window),
        )
    )
    mailed = (
        sa.select(User.id, Message.created_at)
        .join(MailCase, MailCase.address_key == User.email_key)
        .join(Message, Message.conversation_id == MailCase.conversation_id)
        .where(
            Message.author == Author.USER,
            User.id.in_(users),
            Message.created_at.between(*window),
        )
    )
    called = sa.select(SupportCall.user_id, SupportCall.started_at).where(
        SupportCall.user_id.in_(users),
        SupportCall.direction == "inbound",
        SupportCall.started_at.between(*window),
    )
    helped = sa.select(PaymentDiagnosis.user_id, PaymentDiagnosis.created_at).where(
        PaymentDiagnosis.agent_id.is_not(None),
        PaymentDiagnosis.user_id.in_(users),
        PaymentDiagnosis.created_at.between(*window),
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for query in (wrote, mailed, called, helped):
        _note(found, tx.execute(query))
    return found


def _note(found: dict[str, list[datetime]], rows: Iterable[sa.Row[str | None, datetime]]) -> None:
    for user_id, at in rows:
        if user_id is not None:
            found[user_id].append(at)
