"""Keep what only the phone saw, so that a diagnosis can find it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.database import Database
from app.core.ids import new_id
from app.payments.models import ClientEvent


@dataclass(frozen=True, slots=True)
class NewClientEvent:
    """A request that failed on the phone: when and why by the phone's own account. Amount in minor units, the
    idempotency key as its digest.
    """

    type: str
    occurred_at: datetime
    amount_minor: int | None
    currency: str | None
    merchant_id: str | None
    idempotency_key: str | None
    error: str
    network_type: str | None
    app_version: str | None


def report_client_event(database: Database, user_id: str, event: NewClientEvent) -> str:
    """Record the event and return its id. It moves nothing and is never believed about money."""
    event_id = new_id("cev")
    with database.transaction() as tx:
        tx.execute(
            sa.insert(ClientEvent).values(
                id=event_id,
                user_id=user_id,
                type=event.type,
                occurred_at=event.occurred_at,
                amount_minor=event.amount_minor,
                currency=event.currency,
                merchant_id=event.merchant_id,
                idempotency_key=event.idempotency_key,
                error=event.error,
                network_type=event.network_type,
                app_version=event.app_version,
                recorded_at=tx.now,
            )
        )
    return event_id
