"""Lists page by page, newest first: `limit`, and a sealed cursor that says where the last page ended.

A cursor is bound to its caller and list (contract, section 2): it carries a keyed seal over both, so that a
tampered one, or one of another list or user, is refused.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.core.clock import from_ms, to_ms
from app.core.database import Transaction
from app.core.errors import CURSOR_INVALID

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
SEAL_BYTES = 16

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the moment and id of its last row."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How much of a list is wanted, and after which position (`None` for the first page)."""

    limit: int = DEFAULT_LIMIT
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The rows of one page, and where it ended if there are more."""

    data: Sequence[Item]
    next: Position | None

    def map(self, change: Any) -> "Page[Any]":
        """The same page of changed rows."""
        return Page([change(item) for item in self.data], self.next)


def narrowed(*wanted: tuple[InstrumentedAttribute[Any], object]) -> list[sa.ColumnElement[bool]]:
    """Conditions that columns have the values that are wanted; None means any."""
    return [column == value for column, value in wanted if value is not None]


def fetch_page(
    tx: Transaction,
    query: sa.Select[Any],
    request: PageRequest,
    *,
    at: sa.ColumnElement[Any] | Any,
    row_id: sa.ColumnElement[Any] | Any,
) -> Page[Any]:
    """Run `query` newest first by (`at`, `row_id`) and cut one page of entities out of it."""
    if request.after is not None:
        query = query.where(
            sa.or_(
                at < request.after.at, sa.and_(at == request.after.at, row_id < request.after.id)
            )
        )
    rows = tx.scalars(query.order_by(at.desc(), row_id.desc()).limit(request.limit + 1)).all()
    data = rows[: request.limit]
    if len(rows) <= request.limit:
        return Page(data, None)
    last = data[-1]
    return Page(data, Position(getattr(last, str(at.key)), getattr(last, str(row_id.key))))


class CursorSeal:
    """Writes cursors and reads them back. `audience` names the caller, the list and its filters."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, position: Position | None, audience: str) -> str | None:
        """The cursor for the page after `position`, or None where there is none."""
        if position is None:
            return None
        payload = json.dumps([to_ms(position.at), position.id]).encode()
        return (
            base64.urlsafe_b64encode(self._seal(payload, audience) + payload).decode().rstrip("=")
        )

    def read(self, cursor: str | None, audience: str) -> Position | None:
        """The position behind a cursor. Raises CURSOR_INVALID for anything that we didn't write."""
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise CURSOR_INVALID() from None
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != cursor:
            raise CURSOR_INVALID()  # another spelling of what we wrote
        seal, payload = raw[:SEAL_BYTES], raw[SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(payload, audience)):
            raise CURSOR_INVALID()
        at_ms, row_id = json.loads(payload)
        return Position(from_ms(at_ms), row_id)

    def _seal(self, payload: bytes, audience: str) -> bytes:
        message = audience.encode() + b"\x00" + payload
        return hmac.new(self._key, message, hashlib.sha256).digest()[:SEAL_BYTES]
