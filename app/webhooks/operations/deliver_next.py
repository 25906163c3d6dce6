"""Delivers to an endpoint what is due first. One try a job: the next one is another job, so nobody is held up long."""

from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

import sqlalchemy as sa
import structlog

from app.core import jobs
from app.core.database import Transaction
from app.core.jobs import DueJob
from app.webhooks.forgetting import drop_deliveries, plan_to_forget
from app.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from app.webhooks.operations import WebhookDependencies
from app.webhooks.rules import (
    HANDS_LOOKED_AT_AGAIN,
    SILENT,
    DeliveryStatus,
    JobKind,
    next_try,
    rest_after,
)
from app.webhooks.sending import Message, Sent
from app.webhooks.turns import drop_waiting_jobs, give_turn_back, lock_endpoint, take_turn

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Try:
    """What is being sent. `began_at` tells this round of tries from one that a redelivery begins meanwhile."""

    delivery_id: str
    began_at: datetime
    message: Message
    at: datetime


def deliver_next(deps: WebhookDependencies, job: DueJob) -> None:
    """Try once to deliver to the endpoint `job.subject_id`, with no transaction open, and plan what comes next.

    A few hands of this process deliver; the job comes back in a second where all are full. A process that dies in the
    middle leaves the job behind, so a receiver can see a message twice, with the same id.
    """
    hand = _hand_for(deps, job.subject_id)
    if not hand.acquire(blocking=False):
        _come_back(deps, job)
        return
    try:
        begun = _begin(deps, job)
        if begun is not None:
            sent = deps.sender.send(begun.message)
            _finish(deps, job, begun, sent)
    finally:
        hand.release()


def _hand_for(deps: WebhookDependencies, endpoint_id: str) -> BoundedSemaphore:
    with deps.database.snapshot() as tx:
        endpoint = tx.get(WebhookEndpoint, endpoint_id)
    silent = endpoint is not None and endpoint.silent_tries > 0
    return deps.hands.for_silent if silent else deps.hands.ordinary


def _come_back(deps: WebhookDependencies, job: DueJob) -> None:
    with deps.database.transaction() as tx:
        if lock_endpoint(tx, job.subject_id) is None:
            drop_deliveries(tx, job.subject_id)
            return
        drop_waiting_jobs(tx, job.subject_id, kept=job.id)
        jobs.schedule(tx, JobKind.DELIVER, job.subject_id, tx.now + HANDS_LOOKED_AT_AGAIN)


def _begin(deps: WebhookDependencies, job: DueJob) -> _Try | None:
    """Take the endpoint's turn and what is due; None where nothing is, or another job is at it."""
    with deps.database.transaction() as tx:
        endpoint = lock_endpoint(tx, job.subject_id)
        if endpoint is None:
            drop_deliveries(tx, job.subject_id)
            return None
        if not take_turn(tx, endpoint, job):
            return None
        delivery = _first_due(tx, endpoint)
        if delivery is None:
            give_turn_back(tx, endpoint)
            return None
        event = tx.get_one(WebhookEvent, delivery.event_id)
        secret = deps.seal.open(endpoint.sealed_secret, endpoint.id)
        message = Message(endpoint.url, event.id, event.body, secret)
        return _Try(delivery.id, delivery.began_at, message, tx.now)


def _first_due(tx: Transaction, endpoint: WebhookEndpoint) -> WebhookDelivery | None:
    if endpoint.resting_until is not None and endpoint.resting_until > tx.now:
        return None
    return tx.scalars(
        sa.select(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.next_attempt_at <= tx.now
        )
        .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
        .limit(1)
    ).one_or_none()


def _finish(deps: WebhookDependencies, job: DueJob, begun: _Try, sent: Sent) -> None:
    """Record the try, and give the turn back. Nothing is recorded for an endpoint that was deleted meanwhile."""
    with deps.database.transaction() as tx:
        endpoint = lock_endpoint(tx, job.subject_id)
        if endpoint is None:
            return
        if tx.get(WebhookDelivery, begun.delivery_id) is not None:
            _record(tx, begun, sent)
            _settle(tx, begun, sent)
            _judge_endpoint(tx, endpoint, sent)
        plan_to_forget(tx, endpoint.id)
        give_turn_back(tx, endpoint)


def _record(tx: Transaction, begun: _Try, sent: Sent) -> None:
    made = tx.scalar(
        sa.select(sa.func.count()).where(WebhookAttempt.delivery_id == begun.delivery_id)
    )
    tx.add(
        WebhookAttempt(
            delivery_id=begun.delivery_id,
            number=(made or 0) + 1,
            at=begun.at,
            http_status=sent.http_status,
            problem=sent.problem,
            latency_ms=sent.latency_ms,
        )
    )


def _settle(tx: Transaction, begun: _Try, sent: Sent) -> None:
    """Move the delivery on, unless a redelivery has begun anew in the meantime."""
    next_at = None if sent.delivered or sent.gone else next_try(begun.began_at, tx.now)
    status = DeliveryStatus.PENDING if next_at else DeliveryStatus.FAILED
    tx.change(
        sa.update(WebhookDelivery)
        .where(WebhookDelivery.id == begun.delivery_id, WebhookDelivery.began_at == begun.began_at)
        .values(
            status=DeliveryStatus.DELIVERED if sent.delivered else status, next_attempt_at=next_at
        )
    )


def _judge_endpoint(tx: Transaction, endpoint: WebhookEndpoint, sent: Sent) -> None:
    """Rest after silence; no more of anything after 410 Gone; all is well again with the first that is taken."""
    silent = sent.problem in SILENT
    endpoint.silent_tries = endpoint.silent_tries + 1 if silent else 0
    endpoint.resting_until = tx.now + rest_after(endpoint.silent_tries) if silent else None
    if sent.delivered:
        endpoint.disabled_at = None
    if sent.gone:
        endpoint.disabled_at = endpoint.disabled_at or tx.now
        _give_up_all(tx, endpoint)
        log.warning("webhook_endpoint_disabled", endpoint=endpoint.id)


def _give_up_all(tx: Transaction, endpoint: WebhookEndpoint) -> None:
    tx.change(
        sa.update(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.status == DeliveryStatus.PENDING,
        )
        .values(status=DeliveryStatus.FAILED, next_attempt_at=None)
    )
