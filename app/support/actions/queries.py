"""Reading action requests."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import existing
from app.core.pagination import Page, PageRequest, fetch_page, narrowed
from app.support.actions.models import ActionRequest


@dataclass(frozen=True, slots=True)
class ActionFilter:
    """What a list of requests is narrowed to; None means any."""

    status: str | None = None
    user_id: str | None = None
    type: str | None = None


def get_request(tx: Transaction, request_id: str, *, for_update: bool = False) -> ActionRequest:
    """The request, as it is now. Raises NOT_FOUND."""
    found = tx.get(ActionRequest, request_id, populate_existing=True, with_for_update=for_update)
    return existing(found)


def list_requests(tx: Transaction, wanted: ActionFilter, page: PageRequest) -> Page[ActionRequest]:
    """Requests, newest first."""
    conditions = narrowed(
        (ActionRequest.status, wanted.status),
        (ActionRequest.user_id, wanted.user_id),
        (ActionRequest.type, wanted.type),
    )
    query = sa.select(ActionRequest).where(*conditions)
    return fetch_page(tx, query, page, at=ActionRequest.created_at, row_id=ActionRequest.id)
