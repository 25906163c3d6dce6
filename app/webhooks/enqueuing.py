"""From an announced event to rows of deliveries, in the transaction that announced it. Sending is in operations."""

import sqlalchemy as sa

from app.core import jobs, strict_json
from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.events import Event
from app.core.ids import new_id
from app.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from app.webhooks.rules import DeliveryStatus, JobKind, matches


def enqueue_deliveries(tx: Transaction, event: Event) -> None:
    """Have every enabled endpoint told that asked for such an event. A listener of core.events.

    It locks nothing that other payments wait for: each delivery brings a job of its own, and who delivers sorts out
    that one endpoint has many.
    """
    endpoint_ids = _interested(tx, event.type)
    if not endpoint_ids:
        return
    event_id = new_id("evt")
    tx.execute(
        sa.insert(WebhookEvent).values(
            id=event_id, type=event.type, body=body_of(tx, event), created_at=tx.now
        )
    )
    rows = [_delivery(tx, event_id, endpoint_id) for endpoint_id in endpoint_ids]
    tx.execute(sa.insert(WebhookDelivery), rows)
    for endpoint_id in endpoint_ids:
        jobs.schedule(tx, JobKind.DELIVER, endpoint_id, tx.now)


def body_of(tx: Transaction, event: Event) -> str:
    """What is sent, as Standard Webhooks lays it out; `data` is the object that the event is about."""
    about = {"id": event.subject_id, "user_id": event.user_id}
    return strict_json.dump(
        {"type": event.type, "timestamp": rfc3339(tx.now), "data": about | dict(event.data)}
    )


def _interested(tx: Transaction, event_type: str) -> list[str]:
    rows = tx.execute(
        sa.select(WebhookEndpoint.id, WebhookEndpoint.events).where(
            WebhookEndpoint.disabled_at.is_(None)
        )
    )
    return sorted(row.id for row in rows if matches(row.events, event_type))


def _delivery(tx: Transaction, event_id: str, endpoint_id: str) -> dict[str, object]:
    return {
        "id": new_id("dlv"),
        "event_id": event_id,
        "endpoint_id": endpoint_id,
        "status": DeliveryStatus.PENDING,
        "began_at": tx.now,
        "next_attempt_at": tx.now,
        "created_at": tx.now,
    }
