"""Reading conversations as agents see them: the queue, one of them with all that belongs to it, and what was said."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.auth.agent_queries import names_of_agents
from app.core.database import Transaction
from app.core.pagination import Page, PageRequest, Position, fetch_page, narrowed
from app.support.clocks.queries import ClockReading, clocks_of
from app.support.conversations.models import Conversation, ConversationRating, Message, Note
from app.support.conversations.queue_order import fetch_by_urgency
from app.support.conversations.rules import ACTIVE, TAKES_MESSAGES, Author


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue is narrowed to; None means any. `assigned_to` is an agent's id, or `none` for nobody.

    `active_only` leaves out what is resolved or over. `snoozed`: only what is put off, or nothing that is.
    """

    status: str | None = None
    assigned_to: str | None = None
    channel: str | None = None
    user_id: str | None = None
    active_only: bool = False
    snoozed: bool | None = None


@dataclass(frozen=True, slots=True)
class DeskConversation:
    """A conversation with what an agent needs to see of it."""

    conversation: Conversation
    agent_name: str | None
    clocks: Sequence[ClockReading]
    rating: ConversationRating | None
    notes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, or a note, which has no `seq`; in the order in which they were written."""

    id: str
    kind: str
    seq: int | None
    author: str
    agent_id: str | None
    agent_name: str | None
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Siblings:
    """Other cases of the same customer, newest first: in which a case can go on, and those that go on in it."""

    into: Sequence[Conversation]
    taken_in: Sequence[Conversation]


def list_queue(
    tx: Transaction, timezone: ZoneInfo, wanted: QueueFilter, page: PageRequest
) -> Page[DeskConversation]:
    """Conversations over all channels, newest first (contract, section 2: lists are)."""
    query = sa.select(Conversation).where(*_conditions(wanted))
    found = fetch_page(tx, query, page, at=Conversation.created_at, row_id=Conversation.id)
    return Page(as_desk_sees(tx, timezone, found.data), found.next)


def list_by_urgency(
    tx: Transaction, timezone: ZoneInfo, wanted: QueueFilter, page: PageRequest
) -> Page[DeskConversation]:
    """The same as the console shows them: the most urgent first."""
    found = fetch_by_urgency(tx, sa.select(Conversation).where(*_conditions(wanted)), page)
    return Page(as_desk_sees(tx, timezone, found.data), found.next)


def as_desk_sees(
    tx: Transaction, timezone: ZoneInfo, conversations: Sequence[Conversation]
) -> list[DeskConversation]:
    """The same conversations with names, clocks, ratings and numbers of notes; few statements for any number."""
    ids = [it.id for it in conversations]
    names = names_of_agents(tx, {it.assigned_to for it in conversations if it.assigned_to})
    clocks, ratings, notes = clocks_of(tx, timezone, ids), _ratings(tx, ids), _notes(tx, ids)
    return [
        DeskConversation(
            conversation=it,
            agent_name=names.get(it.assigned_to or ""),
            clocks=clocks[it.id],
            rating=ratings.get(it.id),
            notes=notes.get(it.id, 0),
        )
        for it in conversations
    ]


def last_messages(tx: Transaction, ids: Collection[str]) -> Mapping[str, Message]:
    """The newest message of each conversation that has one, by its id."""
    query = (
        sa.select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.conversation_id.in_(ids), Message.seq == Conversation.last_seq)
    )
    return {it.conversation_id: it for it in tx.scalars(query)}


def siblings_of(tx: Transaction, conversation: Conversation, count: int) -> Siblings:
    """At most `count` of each. Nobody verified the sender of a case without a customer: it has none."""
    if conversation.user_id is None:
        return Siblings([], [])
    others = (
        sa.select(Conversation)
        .where(Conversation.user_id == conversation.user_id, Conversation.id != conversation.id)
        .order_by(Conversation.created_at.desc(), Conversation.id.desc())
        .limit(count)
    )
    goes_on = conversation.status in ACTIVE
    into = others.where(Conversation.status.in_(TAKES_MESSAGES)) if goes_on else None
    return Siblings(
        into=[] if into is None else tx.scalars(into).all(),
        taken_in=tx.scalars(others.where(Conversation.merged_into == conversation.id)).all(),
    )


def list_entries(
    tx: Transaction, conversation_id: str, after_seq: int, page: PageRequest
) -> Page[Entry]:
    """Messages behind `after_seq` and the notes written after it, in order."""
    rows = tx.execute(_entries(conversation_id, after_seq, page)).all()
    data = rows[: page.limit]
    entries = _told(tx, data)
    if len(rows) <= page.limit:
        return Page(entries, None)
    last = data[-1]
    return Page(entries, Position(last.created_at, f"{last.place}:{last.is_note}:{last.id}"))


def last_entries(tx: Transaction, conversation_id: str, count: int) -> tuple[list[Entry], bool]:
    """The newest `count` messages and notes, in order, and whether there are older ones."""
    both = _messages_and_notes(conversation_id, 0)
    newest = sa.select(both).order_by(both.c.place.desc(), both.c.is_note.desc(), both.c.id.desc())
    rows = tx.execute(newest.limit(count + 1)).all()
    return _told(tx, rows[:count][::-1]), len(rows) > count


def _told(tx: Transaction, rows: Sequence[Any]) -> list[Entry]:
    names = names_of_agents(tx, {it.agent_id for it in rows if it.agent_id})
    return [
        Entry(
            id=it.id,
            kind="note" if it.is_note else "message",
            seq=None if it.is_note else it.place,
            author=it.author,
            agent_id=it.agent_id,
            agent_name=names.get(it.agent_id or ""),
            text=it.text,
            created_at=it.created_at,
        )
        for it in rows
    ]


def _entries(conversation_id: str, after_seq: int, page: PageRequest) -> sa.Select[tuple[object]]:
    both = _messages_and_notes(conversation_id, after_seq)
    query = sa.select(both)
    if page.after is not None:
        place, is_note, row_id = page.after.id.split(":")
        here = sa.tuple_(both.c.place, both.c.is_note, both.c.id)
        query = query.where(here > sa.tuple_(int(place), int(is_note), row_id))
    return query.order_by(both.c.place, both.c.is_note, both.c.id).limit(page.limit + 1)


def _messages_and_notes(conversation_id: str, after_seq: int) -> sa.Subquery:
    messages = sa.select(
        Message.id,
        Message.seq.label("place"),
        sa.literal(0).label("is_note"),
        Message.author,
        Message.agent_id,
        Message.text,
        Message.created_at,
    ).where(Message.conversation_id == conversation_id, Message.seq > after_seq)
    notes = sa.select(
        Note.id,
        Note.after_seq.label("place"),
        sa.literal(1).label("is_note"),
        sa.case((Note.agent_id.is_(None), Author.SYSTEM), else_=Author.AGENT).label("author"),
        Note.agent_id,
        Note.text,
        Note.created_at,
    ).where(Note.conversation_id == conversation_id, Note.after_seq >= after_seq)
    return messages.union_all(notes).subquery()


def _conditions(wanted: QueueFilter) -> list[sa.ColumnElement[bool]]:
    conditions = narrowed(
        (Conversation.status, wanted.status),
        (Conversation.channel, wanted.channel),
        (Conversation.user_id, wanted.user_id),
    )
    if wanted.assigned_to == "none":
        conditions.append(Conversation.assigned_to.is_(None))
    elif wanted.assigned_to is not None:
        conditions.append(Conversation.assigned_to == wanted.assigned_to)
    if wanted.active_only:
        conditions.append(Conversation.status.in_(ACTIVE))
    if wanted.snoozed is not None:
        put_off = Conversation.snoozed_until.is_not(None)
        conditions.append(put_off if wanted.snoozed else sa.not_(put_off))
    return conditions


def _ratings(tx: Transaction, ids: Collection[str]) -> Mapping[str, ConversationRating]:
    query = sa.select(ConversationRating).where(ConversationRating.conversation_id.in_(ids))
    return {it.conversation_id: it for it in tx.scalars(query)}


def _notes(tx: Transaction, ids: Collection[str]) -> Mapping[str, int]:
    rows = tx.execute(
        sa.select(Note.conversation_id, sa.func.count().label("notes"))
        .where(Note.conversation_id.in_(ids))
        .group_by(Note.conversation_id)
    )
    return {row.conversation_id: row.notes for row in rows}
