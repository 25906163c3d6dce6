"""Turns: one job at a time delivers to an endpoint, so that a slow receiver takes one hand and no more.

A turn belongs to a job and lasts as long as the job's row does. The row outlives a process that dies or fails in the
middle, and is then run again; so a turn is never lost, and no lease has to be guessed. Everything here happens under
the lock of the endpoint's row, in the caller's transaction.

A job that finds the turn taken simply ends: whoever has the turn looks for more when it gives it back.
"""

from datetime import datetime

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.core.jobs import DueJob, Job
from app.webhooks.models import WebhookDelivery, WebhookEndpoint
from app.webhooks.rules import JobKind


def lock_endpoint(tx: Transaction, endpoint_id: str) -> WebhookEndpoint | None:
    """The endpoint, locked to the end of the transaction; None where it was deleted."""
    return tx.get(WebhookEndpoint, endpoint_id, with_for_update=True)


def take_turn(tx: Transaction, endpoint: WebhookEndpoint, job: DueJob) -> bool:
    """Take the turn for this job, and drop the endpoint's other waiting jobs; False where it is taken."""
    if endpoint.turn_of not in (None, job.id) and tx.get(Job, endpoint.turn_of) is not None:
        return False
    endpoint.turn_of = job.id
    drop_waiting_jobs(tx, endpoint.id, kept=job.id)
    return True


def give_turn_back(tx: Transaction, endpoint: WebhookEndpoint) -> None:
    """End the turn, and come back when the next delivery is due, though not before the endpoint has rested."""
    endpoint.turn_of = None
    tx.flush()
    next_at = first_due(tx, endpoint)
    if next_at is not None:
        jobs.schedule(tx, JobKind.DELIVER, endpoint.id, next_at)


def first_due(tx: Transaction, endpoint: WebhookEndpoint) -> datetime | None:
    """When the endpoint is to be told something next; None where nothing is pending."""
    earliest: datetime | None = tx.scalar(
        sa.select(sa.func.min(WebhookDelivery.next_attempt_at)).where(
            WebhookDelivery.endpoint_id == endpoint.id
        )
    )
    if earliest is None:
        return None
    return max(earliest, endpoint.resting_until or earliest)


def drop_waiting_jobs(tx: Transaction, endpoint_id: str, kept: str = "") -> None:
    """Drop the endpoint's jobs that nobody has begun, but `kept`."""
    tx.execute(
        sa.delete(Job).where(
            Job.kind == JobKind.DELIVER,
            Job.subject_id == endpoint_id,
            Job.id != kept,
            Job.claimed_until.is_(None),
        )
    )
