"""Sends what lies in the outbox. A message may be handed over twice; the other side knows its reference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from app.core.database import Database
from app.core.jobs import DueJob, Handler
from app.core.locale import Locale
from app.edges.protocols import Mailer, MailMessage, SmsCarrier, SmsMessage
from app.edges.results import Answer, Outcome
from app.notifications.models import OutboxMessage
from app.notifications.outbox import SEND_JOB
from app.notifications.rules import MessageStatus, Template
from app.notifications.templates import Rendered, render

RenderCode = Callable[[str, int], str | None]


class MessageNotSentError(Exception):
    """The other side did not take the message; its job comes again."""


@dataclass(frozen=True, slots=True)
class NotificationDependencies:
    """`render_code` derives a code from challenge and generation; None where it must not be sent (any more)."""

    database: Database
    sms: SmsCarrier
    mail: Mailer
    render_code: RenderCode


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
        _finish(deps, message.id, MessageStatus.DROPPED)
        return
    answer = _hand_over(deps, message, rendered)
    if answer.outcome is Outcome.SUCCEEDED:
        _finish(deps, message.id, MessageStatus.SENT)
        return
    _note_problem(deps, message.id, answer)
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
            message.id, message.destination, message.template, rendered.subject, rendered.mail
        )
    )


def _finish(deps: NotificationDependencies, message_id: str, status: MessageStatus) -> None:
    with deps.database.transaction() as tx:
        tx.change(
            sa.update(OutboxMessage)
            .where(OutboxMessage.id == message_id, OutboxMessage.status == MessageStatus.PENDING)
            .values(status=status, problem=None, done_at=tx.now)
        )


def _note_problem(deps: NotificationDependencies, message_id: str, answer: Answer) -> None:
    with deps.database.transaction() as tx:
        tx.change(
            sa.update(OutboxMessage)
            .where(OutboxMessage.id == message_id)
            .values(problem=str(answer.problem or answer.outcome))
        )
