"""Tries a delivery again because somebody asks for it, one that was delivered too."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.core.errors import existing
from app.webhooks.models import WebhookDelivery, WebhookEndpoint
from app.webhooks.operations import WebhookDependencies
from app.webhooks.queries import DeliveryView, delivery_view
from app.webhooks.rules import DeliveryStatus, JobKind
from app.webhooks.turns import lock_endpoint


def redeliver(deps: WebhookDependencies, delivery_id: str) -> DeliveryView:
    """Begin the tries of a delivery anew, the first at once, with the same event id. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        endpoint = _endpoint_of(tx, delivery_id)
        endpoint.resting_until = None
        tx.change(
            sa.update(WebhookDelivery)
            .where(WebhookDelivery.id == delivery_id)
            .values(status=DeliveryStatus.PENDING, began_at=tx.now, next_attempt_at=tx.now)
        )
        jobs.schedule(tx, JobKind.DELIVER, endpoint.id, tx.now)
        delivery = tx.get_one(WebhookDelivery, delivery_id, populate_existing=True)
        return delivery_view(tx, delivery)


def _endpoint_of(tx: Transaction, delivery_id: str) -> WebhookEndpoint:
    """The delivery's endpoint, locked."""
    delivery = tx.get(WebhookDelivery, delivery_id)
    return existing(lock_endpoint(tx, delivery.endpoint_id) if delivery else None)
