"""Handlers of due rows: inquiries about unknown outcomes, looks at cancelled attempts, refunds."""

from app.core.jobs import Handler
from app.payments.machine.concluding import WATCH
from app.payments.machine.refunding import SEND_REFUND
from app.payments.machine.settling import INQUIRE
from app.payments.operations import PaymentDependencies
from app.payments.operations.inquire_attempt import inquire_attempt
from app.payments.operations.send_refund import send_refund
from app.payments.operations.watch_attempt import watch_attempt


def handlers(deps: PaymentDependencies) -> dict[str, Handler]:
    """The kinds of jobs that payments schedules."""
    return {
        INQUIRE: lambda job: inquire_attempt(deps, job.subject_id),
        WATCH: lambda job: watch_attempt(deps, job.subject_id, **job.payload),
        SEND_REFUND: lambda job: send_refund(deps, job.subject_id),
    }
