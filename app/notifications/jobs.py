"""Sends what lies in the outbox. A message may be handed over twice; the other side knows its reference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from app.core.database import Database, Transaction
from app.core.ids import new_id
from app.core.jobs import DueJob, Handler
from app.core.locale import Locale
from app.edges.protocols import Mailer, MailMessage, SmsCarrier, SmsMessage
from app.edges.results import Answer, Outcome, Problem
from app.notifications.models import Handover, OutboxMessage
from app.notifications.outbox import SEND_JOB
from app.notifications.rules import MessageStatus, Template
from app.notifications.templates import Rendered, render

RenderCode = Callable[[str, int], str | None]
NoteFault = Callable[[Transaction, str], None]


class MessageNotSentError(Exception):
    """The other side did not take the message; its job comes again."""


@dataclass(frozen=True, slots=True)
class NotificationDependencies:
    """`render_code` derives a code from challenge and generation; None where it must not be sent (any more).

    `note_fault` is told of each try that failed on a channel, in the transaction that records it.
    """

    database: Database
    sms: SmsCarrier
    mail: Mailer
    render_code: RenderCode
    note_fault: NoteFault = lambda tx, channel: None


def handlers(deps: NotificationDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""
    return {SEND_JOB: lambda job: send_message(deps, job)}


def send_message(deps: NotificationDependencies, job: DueJob) -> None:
    """Send one message, or drop it where it is of no use any more. Raises MessageNotSentError to try again."""
    with deps.database.snapshot() as tx:
        message = tx.get(OutboxMessage, job.subject_id)
        if message is None or message.status != MessageStatus.PENDING:
            return
        too_late = message.useful_until <= tx.now
    rendered = None if too_late else _render(deps, message)
    if rendered is None:
        _finish(deps, message, MessageStatus.DROPPED)
        return
    answer = _hand_over(deps, message, rendered)
    if answer.outcome is Outcome.SUCCEEDED:
        _finish(deps, message, MessageStatus.SENT)
        return
    _note_problem(deps, message, answer)
    raise MessageNotSentError(f"{message.channel}: {answer.problem}")


def _render(deps: NotificationDependencies, message: OutboxMessage) -> Rendered | None:
    values = dict(message.template_values)
    if message.challenge_id is not None and message.challenge_generation is not None:
        code = deps.render_code(message.challenge_id, message.challenge_generation)
        if code is None:
            return None
        values["code"] = code
    return render(Template(message.template), cast("Locale", message.locale), values)


def _hand_over(
    deps: NotificationDependencies, message: OutboxMessage, rendered: Rendered
) -> Answer:
    if message.channel == "sms":
        return deps.sms.send(
            SmsMessage(message.id, message.destination, message.template, rendered.sms)
        )
    return deps.mail.send(
        MailMessage(
            message.id,
            message.destination,
            message.template,
            rendered.subject,
            rendered.mail,
            message.mail_headers or {},
        )
    )


def _finish(deps: NotificationDependencies, message: OutboxMessage, status: MessageStatus) -> None:
    with deps.database.transaction() as tx:
        tx.change(
            sa.update(OutboxMessage)
            .where(OutboxMessage.id == message.id, OutboxMessage.status == MessageStatus.PENDING)
            .values(status=status, problem=None, done_at=tx.now)
        )
        if status is MessageStatus.SENT:
            _record_handover(tx, message, is_fault=False)


def _note_problem(deps: NotificationDependencies, message: OutboxMessage, answer: Answer) -> None:
    is_fault = answer.problem is not Problem.DECLINED  # a refused address is no fault of theirs
    with deps.database.transaction() as tx:
        tx.change(
            sa.update(OutboxMessage)
            .where(OutboxMessage.id == message.id)
            .values(problem=str(answer.problem or answer.outcome))
        )
        _record_handover(tx, message, is_fault=is_fault)
        if is_fault:
            deps.note_fault(tx, message.channel)


def _record_handover(tx: Transaction, message: OutboxMessage, *, is_fault: bool) -> None:
    tx.add(
        Handover(
            id=new_id("hov"),
            message_id=message.id,
            channel=message.channel,
            is_fault=is_fault,
            at=tx.now,
        )
    )
