"""Dropping what is old, in the caller's transaction: deliveries after 30 days, callbacks after one.

A job to forget is planned only while there is something to forget, and runs once a day at most.
"""

from datetime import datetime

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.core.jobs import Job
from app.webhooks.models import HeardCallback, WebhookAttempt, WebhookDelivery, WebhookEvent
from app.webhooks.rules import CALLBACKS_KEPT_FOR, FORGOTTEN_EVERY, KEPT_FOR, JobKind

ALL_CALLBACKS = "callbacks"
"""What the job to forget callbacks is about."""


def plan_to_forget(tx: Transaction, endpoint_id: str) -> None:
    """Have an endpoint's old deliveries dropped in a month, unless that is planned already."""
    _plan(tx, JobKind.FORGET_DELIVERIES, endpoint_id, tx.now + KEPT_FOR + FORGOTTEN_EVERY)


def plan_to_forget_callbacks(tx: Transaction) -> None:
    """The same for callbacks, tomorrow and a day later."""
    due_at = tx.now + CALLBACKS_KEPT_FOR + FORGOTTEN_EVERY
    _plan(tx, JobKind.FORGET_CALLBACKS, ALL_CALLBACKS, due_at)


def forget_old_deliveries(tx: Transaction, endpoint_id: str) -> None:
    """Drop the endpoint's deliveries of over 30 days ago, and plan the next time if any are left."""
    drop_deliveries(tx, endpoint_id, before=tx.now - KEPT_FOR)
    oldest = tx.scalar(
        sa.select(sa.func.min(WebhookDelivery.created_at)).where(
            WebhookDelivery.endpoint_id == endpoint_id
        )
    )
    if oldest is not None:
        due_at = oldest + KEPT_FOR + FORGOTTEN_EVERY
        jobs.schedule(tx, JobKind.FORGET_DELIVERIES, endpoint_id, due_at)


def forget_old_callbacks(tx: Transaction) -> None:
    """Drop the callbacks of over a day ago, and plan the next time if any are left."""
    tx.execute(
        sa.delete(HeardCallback).where(HeardCallback.heard_at <= tx.now - CALLBACKS_KEPT_FOR)
    )
    oldest = tx.scalar(sa.select(sa.func.min(HeardCallback.heard_at)))
    if oldest is not None:
        due_at = oldest + CALLBACKS_KEPT_FOR + FORGOTTEN_EVERY
        jobs.schedule(tx, JobKind.FORGET_CALLBACKS, ALL_CALLBACKS, due_at)


def drop_deliveries(tx: Transaction, endpoint_id: str, before: datetime | None = None) -> None:
    """Drop an endpoint's deliveries made up to a moment (None: all), and the events that nobody is told any more."""
    until = before or tx.now
    old = (WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.created_at <= until)
    ids = sa.select(WebhookDelivery.id).where(*old)
    tx.execute(sa.delete(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(ids)))
    tx.execute(sa.delete(WebhookDelivery).where(*old))
    told = sa.select(WebhookDelivery.id).where(WebhookDelivery.event_id == WebhookEvent.id)
    tx.execute(sa.delete(WebhookEvent).where(WebhookEvent.created_at <= until, ~told.exists()))


def _plan(tx: Transaction, kind: JobKind, subject_id: str, due_at: datetime) -> None:
    planned = sa.select(Job.id).where(Job.kind == kind, Job.subject_id == subject_id).limit(1)
    if tx.scalar(planned) is None:
        jobs.schedule(tx, kind, subject_id, due_at)
