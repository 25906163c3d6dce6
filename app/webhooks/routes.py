"""`/internal/v1/webhook-endpoints` and `/internal/v1/deliveries`, for admins."""

from app.auth.rules import Role
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page
from app.webhooks import queries
from app.webhooks.errors import TOO_MANY_WEBHOOK_ENDPOINTS
from app.webhooks.models import WebhookEndpoint
from app.webhooks.operations import WebhookDependencies
from app.webhooks.operations.create_webhook_endpoint import CreatedEndpoint, NewEndpoint
from app.webhooks.operations.create_webhook_endpoint import create_webhook_endpoint as create
from app.webhooks.operations.delete_webhook_endpoint import delete_webhook_endpoint as delete
from app.webhooks.operations.redeliver import redeliver
from app.webhooks.schemas import (
    CreatedWebhookEndpointSchema,
    NewWebhookEndpointSchema,
    WebhookDeliverySchema,
    WebhookEndpointSchema,
)

routes = Routes(
    "webhooks", prefix="/internal/v1", tag="Webhooks", access=Access.AGENT, role=Role.ADMIN
)


@routes.get("/webhook-endpoints", answers={200: WebhookEndpointSchema}, paged=True)
def list_webhook_endpoints(deps: WebhookDependencies, call: Call) -> Page[WebhookEndpoint]:
    """Who is told what, newest first; without the secrets."""
    with deps.database.snapshot() as tx:
        return queries.list_endpoints(tx, call.page)


@routes.post(
    "/webhook-endpoints",
    body=NewWebhookEndpointSchema,
    answers={201: CreatedWebhookEndpointSchema},
    errors=(TOO_MANY_WEBHOOK_ENDPOINTS,),
    key="ignored",
)
def create_webhook_endpoint(deps: WebhookDependencies, call: Call) -> CreatedEndpoint:
    """Have a URL told of events from now on. The `secret` is answered this once.

    Each event is POSTed as `{type, timestamp, data}` with the headers of Standard Webhooks, and tried for three days
    until a 2xx comes within 10 s. Redirects are not followed, 410 disables the endpoint. The order of events is not
    promised, and one can come twice, with the same `webhook-id`.
    """
    body = call.body
    return create(deps, NewEndpoint(body["url"], body["events"], body["description"]))


@routes.delete("/webhook-endpoints/<endpoint_id>", answers={204: None})
def delete_webhook_endpoint(deps: WebhookDependencies, call: Call, endpoint_id: str) -> None:
    """Tell it nothing any more; what is pending for it is dropped, and so are its deliveries and its secret."""
    delete(deps, endpoint_id)


@routes.get(
    "/webhook-endpoints/<endpoint_id>/deliveries",
    answers={200: WebhookDeliverySchema},
    paged=True,
)
def list_deliveries(
    deps: WebhookDependencies, call: Call, endpoint_id: str
) -> Page[queries.DeliveryView]:
    """What it was told in the last 30 days, newest first, with every try."""
    with deps.database.snapshot() as tx:
        return queries.list_deliveries(tx, endpoint_id, call.page)


@routes.post("/deliveries/<delivery_id>/redeliver", answers={202: WebhookDeliverySchema})
def redeliver_event(
    deps: WebhookDependencies, call: Call, delivery_id: str
) -> queries.DeliveryView:
    """Try it again at once, one that was delivered too; if that fails, as often as a new one."""
    return redeliver(deps, delivery_id)
