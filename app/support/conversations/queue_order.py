"""The order of the agents' console: what is urgent first, then the next deadline that runs, then the oldest.

The database sorts, so that what is on the first page is the most urgent of all. A page goes on behind the place of its
last row, whatever came or left in between.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from app.core.clock import from_ms, to_ms
from app.core.database import Transaction
from app.core.pagination import Page, PageRequest, Position
from app.core.tables import Moment
from app.support.conversations.models import Conversation
from app.support.conversations.rules import Priority

_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
_SEPARATOR: Final = ":"

_CALM: Final = sa.case((Conversation.priority == Priority.URGENT, 0), else_=1)
_DUE: Final = sa.func.coalesce(Conversation.next_due_at, sa.literal(_NEVER, Moment), type_=Moment)
_ORDER: Final = (_CALM, _DUE, Conversation.created_at, Conversation.id)


def fetch_by_urgency(
    tx: Transaction, query: sa.Select[Conversation], page: PageRequest
) -> Page[Conversation]:
    """One page of the conversations of `query`, the most urgent first."""
    if page.after is not None:
        query = query.where(sa.tuple_(*_ORDER) > _behind(page.after))
    rows: Sequence[Conversation] = tx.scalars(query.order_by(*_ORDER).limit(page.limit + 1)).all()
    data = rows[: page.limit]
    return Page(data, _place(data[-1]) if len(rows) > page.limit else None)


def _place(last: Conversation) -> Position:
    calm = 0 if last.priority == Priority.URGENT else 1
    due = to_ms(last.next_due_at or _NEVER)
    return Position(last.created_at, _SEPARATOR.join((str(calm), str(due), last.id)))


def _behind(place: Position) -> sa.ColumnElement[Any]:
    calm, due, row_id = place.id.split(_SEPARATOR)
    values = (
        int(calm),
        sa.literal(from_ms(int(due)), Moment),
        sa.literal(place.at, Moment),
        row_id,
    )
    return sa.tuple_(*values)
