"""Deletes an endpoint with its secret and all that it was told."""

from app.core import jobs
from app.core.errors import existing
from app.webhooks.forgetting import drop_deliveries
from app.webhooks.operations import WebhookDependencies
from app.webhooks.rules import JobKind
from app.webhooks.turns import drop_waiting_jobs, lock_endpoint


def delete_webhook_endpoint(deps: WebhookDependencies, endpoint_id: str) -> None:
    """Tell it nothing any more, not even what is pending; a try on its way may still arrive. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        endpoint = existing(lock_endpoint(tx, endpoint_id))
        tx.delete(endpoint)
        tx.flush()
        drop_deliveries(tx, endpoint_id)
        drop_waiting_jobs(tx, endpoint_id)
        jobs.cancel(tx, JobKind.FORGET_DELIVERIES, endpoint_id)
