"""Reads of endpoints and their deliveries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.pagination import Page, PageRequest, fetch_page
from app.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery with its tries, oldest first."""

    id: str
    event_id: str
    type: str
    status: str
    attempts: Sequence[WebhookAttempt]
    next_attempt_at: datetime | None
    created_at: datetime


def list_endpoints(tx: Transaction, page: PageRequest) -> Page[WebhookEndpoint]:
    """All endpoints, newest first."""
    return fetch_page(
        tx,
        sa.select(WebhookEndpoint),
        page,
        at=WebhookEndpoint.created_at,
        row_id=WebhookEndpoint.id,
    )


def list_deliveries(tx: Transaction, endpoint_id: str, page: PageRequest) -> Page[DeliveryView]:
    """What an endpoint was told, newest first. Raises NOT_FOUND."""
    if tx.get(WebhookEndpoint, endpoint_id) is None:
        raise NOT_FOUND()
    found = fetch_page(
        tx,
        sa.select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id),
        page,
        at=WebhookDelivery.created_at,
        row_id=WebhookDelivery.id,
    )
    return Page(_views(tx, found.data), found.next)


def delivery_view(tx: Transaction, delivery: WebhookDelivery) -> DeliveryView:
    """One delivery as the API shows it."""
    return _views(tx, [delivery])[0]


def _views(tx: Transaction, deliveries: Sequence[WebhookDelivery]) -> list[DeliveryView]:
    ids = [delivery.id for delivery in deliveries]
    made = defaultdict(list)
    for attempt in tx.scalars(
        sa.select(WebhookAttempt)
        .where(WebhookAttempt.delivery_id.in_(ids))
        .order_by(WebhookAttempt.number)
    ):
        made[attempt.delivery_id].append(attempt)
    events = [delivery.event_id for delivery in deliveries]
    types = tx.execute(
        sa.select(WebhookEvent.id, WebhookEvent.type).where(WebhookEvent.id.in_(events))
    )
    type_of = {row.id: row.type for row in types}
    return [
        DeliveryView(
            id=delivery.id,
            event_id=delivery.event_id,
            type=type_of[delivery.event_id],
            status=delivery.status,
            attempts=made[delivery.id],
            next_attempt_at=delivery.next_attempt_at,
            created_at=delivery.created_at,
        )
        for delivery in deliveries
    ]
