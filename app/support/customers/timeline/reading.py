"""Reading a timeline page by page: one query per source, each cut to a page before they are merged."""

import heapq
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.pagination import Page, PageRequest, Position
from app.support.customers.timeline.entries import Entry, EntryType, Source

_Ranked = tuple[int, Any, Entry]


def read_timeline(
    tx: Transaction,
    customer_id: str,
    types: Collection[EntryType],
    page: PageRequest,
    sources: Sequence[Source],
) -> Page[Entry]:
    """What happened to a customer, newest first, of `types` or, where they are none, of all.

    At the same moment the order is that of the sources, and within one that of the database: the position that a cursor
    keeps is moment, source and row.
    """
    read = [
        _read(tx, rank, source, customer_id, page)
        for rank, source in enumerate(sources)
        if not types or source.type in types
    ]
    merged = heapq.merge(*read, key=lambda it: (-it[2].at.timestamp(), it[0]))
    found = list(islice(merged, page.limit + 1))
    entries = [entry for _, _, entry in found[: page.limit]]
    if len(found) <= page.limit:
        return Page(entries, None)
    rank, row_id, last = found[page.limit - 1]
    return Page(entries, Position(last.at, f"{rank}:{row_id}"))


def _read(
    tx: Transaction, rank: int, source: Source, customer_id: str, page: PageRequest
) -> Iterator[_Ranked]:
    query = source.query(customer_id)
    if page.after is not None:
        query = query.where(_behind(page.after, rank, source))
    newest = query.order_by(source.at.desc(), source.row_id.desc()).limit(page.limit + 1)
    for row in tx.execute(newest).all():
        yield rank, row[0], _entry(source, row[0], row[1], row)


def _behind(after: Position, rank: int, source: Source) -> sa.ColumnElement[bool]:
    """What of a source comes after a position: sources of a lower rank are through with its moment."""
    at, (last_rank, _, row_id) = after.at, after.id.partition(":")
    if rank > int(last_rank):
        return source.at <= at
    if rank < int(last_rank):
        return source.at < at
    return sa.or_(source.at < at, sa.and_(source.at == at, source.row_id < source.key(row_id)))


def _entry(source: Source, row_id: Any, at: datetime, row: Any) -> Entry:
    return Entry(
        id=f"{row_id}.{source.event}",
        type=source.type,
        event=source.event,
        at=at,
        subject_id=str(row_id),
        told=source.tell(row),
    )
