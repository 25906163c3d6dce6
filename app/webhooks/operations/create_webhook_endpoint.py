"""Makes an endpoint and its secret, which is answered this once."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import VALIDATION_FAILED, FieldProblem, field_problem
from app.core.ids import new_id
from app.webhooks.addresses import url_problem
from app.webhooks.errors import TOO_MANY_WEBHOOK_ENDPOINTS, UNKNOWN_EVENT_TYPE
from app.webhooks.models import WebhookEndpoint
from app.webhooks.operations import WebhookDependencies
from app.webhooks.rules import MAX_ENDPOINTS, EndpointStatus, is_known

SECRET_BYTES = 32  # within the 24 to 64 of Standard Webhooks, and as long as the digest


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """Where to, of what (types, families such as `payment.*`, or `*`), and what it is for."""

    url: str
    events: Sequence[str]
    description: str | None


@dataclass(frozen=True, slots=True)
class CreatedEndpoint:
    """The endpoint, and the secret that its receiver verifies signatures with."""

    id: str
    url: str
    events: Sequence[str]
    description: str | None
    status: EndpointStatus
    created_at: datetime
    secret: str = field(repr=False)


def create_webhook_endpoint(deps: WebhookDependencies, new: NewEndpoint) -> CreatedEndpoint:
    """Tell this endpoint of every event from now on that it asks for.

    Raises VALIDATION_FAILED for a URL that may not be called or an event that is none, and TOO_MANY_WEBHOOK_ENDPOINTS.
    """
    problems = _problems(deps, new)
    if problems:
        raise VALIDATION_FAILED(errors=problems)
    endpoint_id, secret = new_id("whe"), new_secret()
    with deps.database.transaction() as tx:
        _require_room(tx)
        endpoint = WebhookEndpoint(
            id=endpoint_id,
            url=new.url,
            events=list(dict.fromkeys(new.events)),
            description=new.description,
            sealed_secret=deps.seal.close(secret, endpoint_id),
            created_at=tx.now,
            silent_tries=0,
        )
        tx.add(endpoint)
    return CreatedEndpoint(
        id=endpoint_id,
        url=endpoint.url,
        events=endpoint.events,
        description=endpoint.description,
        status=endpoint.status,
        created_at=endpoint.created_at,
        secret=secret,
    )


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _problems(deps: WebhookDependencies, new: NewEndpoint) -> list[FieldProblem]:
    wrong = url_problem(new.url, sandbox=deps.sandbox)
    in_url = [field_problem("/url", wrong)] if wrong else []
    return in_url + [
        field_problem(f"/events/{index}", UNKNOWN_EVENT_TYPE)
        for index, pattern in enumerate(new.events)
        if not is_known(pattern)
    ]


def _require_room(tx: Transaction) -> None:
    """Two at once see each other: both lock the rows that are there before they count."""
    tx.execute(sa.select(WebhookEndpoint.id).order_by(WebhookEndpoint.id).with_for_update())
    if tx.scalar(sa.select(sa.func.count()).select_from(WebhookEndpoint)) == MAX_ENDPOINTS:
        raise TOO_MANY_WEBHOOK_ENDPOINTS()
