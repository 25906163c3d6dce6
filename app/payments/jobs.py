"""Handlers of due rows: the inquiries about unknown outcomes."""

from app.core.jobs import Handler
from app.payments.machine.settling import INQUIRE
from app.payments.operations import PaymentDependencies
from app.payments.operations.inquire_attempt import inquire_attempt


def handlers(deps: PaymentDependencies) -> dict[str, Handler]:
    """The kinds of jobs that payments schedules."""
    return {INQUIRE: lambda job: inquire_attempt(deps, job.subject_id)}
