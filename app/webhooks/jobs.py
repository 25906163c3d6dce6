"""Handlers of due rows: deliveries, and forgetting old ones."""

from app.core.jobs import Handler
from app.webhooks.forgetting import forget_old_callbacks, forget_old_deliveries
from app.webhooks.operations import WebhookDependencies
from app.webhooks.operations.deliver_next import deliver_next
from app.webhooks.rules import JobKind


def handlers(deps: WebhookDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""
    return {
        JobKind.DELIVER: lambda job: deliver_next(deps, job),
        JobKind.FORGET_DELIVERIES: lambda job: _forget_deliveries(deps, job.subject_id),
        JobKind.FORGET_CALLBACKS: lambda _: _forget_callbacks(deps),
    }


def _forget_deliveries(deps: WebhookDependencies, endpoint_id: str) -> None:
    with deps.database.transaction() as tx:
        forget_old_deliveries(tx, endpoint_id)


def _forget_callbacks(deps: WebhookDependencies) -> None:
    with deps.database.transaction() as tx:
        forget_old_callbacks(tx)
