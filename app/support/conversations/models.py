"""The tables of conversations; their constraints stand in migrations 0012 and 0018 to 0020.

Only app.support.conversations writes them; other rooms of the desk call `recording.open_conversation`
and `recording.add_message`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Json, Moment


class Conversation(Base):
    """One case, from its first message to its end.

    `user_id` is null for a sender whom nobody has verified. `session_id` is the user's session that opened it.
    `version` grows with each change, `last_seq` with each message. `next_due_at` is the first deadline of the
    clocks that run, kept by app.support.clocks; null where none runs.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("channel IN ('chat', 'ticket', 'email', 'hotline')", name="channel"),
        CheckConstraint(
            "status IN ('new', 'open', 'waiting_user', 'waiting_third_party', 'waiting_approval',"
            " 'resolved', 'closed', 'merged')",
            name="status",
        ),
        CheckConstraint("priority IN ('normal', 'urgent')", name="priority"),
        CheckConstraint("locale IN ('zh-CN', 'en')", name="locale"),
        CheckConstraint("last_seq >= 0", name="last_seq"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_whole"),
        CheckConstraint("(assigned_to IS NULL) = (assigned_at IS NULL)", name="assigned_whole"),
        CheckConstraint("status <> 'resolved' OR resolved_at IS NOT NULL", name="resolved_whole"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_whole"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "assigned_to", "status"),
        Index(None, "created_at", "id"),
        Index(None, "payment_id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    session_id: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    priority: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    payment_id: Mapped[str | None] = mapped_column(Text)
    last_seq: Mapped[int] = mapped_column(BIG)
    version: Mapped[int] = mapped_column(BIG)
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    assigned_at: Mapped[datetime | None] = mapped_column(Moment)
    passed_over: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    promised_reply_at: Mapped[datetime | None] = mapped_column(Moment)
    first_replied_at: Mapped[datetime | None] = mapped_column(Moment)
    next_due_at: Mapped[datetime | None] = mapped_column(Moment)
    snoozed_until: Mapped[datetime | None] = mapped_column(Moment)
    escalated_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    merged_into: Mapped[str | None] = mapped_column(Text)
    follow_up_of: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class Message(Base):
    """What was said, masked. `seq` counts from 1 in its conversation, without a gap."""

    __tablename__ = "conversation_messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        CheckConstraint("author IN ('user', 'agent', 'system')", name="author"),
        CheckConstraint("(author = 'agent') = (agent_id IS NOT NULL)", name="agent"),
        CheckConstraint("seq > 0", name="seq"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int] = mapped_column(BIG)
    author: Mapped[str] = mapped_column(Text)
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Note(Base):
    """What agents tell each other, masked; in a table of its own, so that no reading of users can show it.

    `after_seq` is the last message when it was written: notes take no number (contract, section 7).
    """

    __tablename__ = "conversation_notes"
    __table_args__ = (
        CheckConstraint("after_seq >= 0", name="after_seq"),
        Index(None, "conversation_id", "after_seq", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    after_seq: Mapped[int] = mapped_column(BIG)
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class ConversationRating(Base):
    """What the user thought of it; a later one replaces it."""

    __tablename__ = "conversation_ratings"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    score: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Typing(Base):
    """Who is typing where, one row per side that is overwritten, and deleted soon after `expires_at` (machine time)."""

    __tablename__ = "conversation_typing"
    __table_args__ = (CheckConstraint("author IN ('user', 'agent')", name="author"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    author: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class Attendance(Base):
    """A user has the conversation open; deleted soon after `expires_at` (machine time).

    No foreign key: it is written by who only watches, maybe after a reset has taken the conversation away.
    """

    __tablename__ = "conversation_attendance"

    conversation_id: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class AgentPresence(Base):
    """What an agent last said of themselves, through which session; `seen_at` is machine time.

    `session_id` is empty where nothing was said yet but which chats they take.
    `left_at` is the virtual time at which it was noticed that they aren't there any more; null while they are.
    """

    __tablename__ = "agent_presence"
    __table_args__ = (
        CheckConstraint("status IN ('online', 'away', 'offline')", name="status"),
        CheckConstraint("capacity BETWEEN 0 AND 50", name="capacity"),
    )

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    session_id: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(Json)
    capacity: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)


class QueueEvent(Base):
    """Something changed in the agents' queue.

    It is numbered after it was committed (`queue_events.py`), so that who has read up to a number missed none below.
    """

    __tablename__ = "queue_events"
    __table_args__ = (
        UniqueConstraint("number"),
        Index(
            "ix_queue_events_unnumbered",
            "id",
            sqlite_where=text("number IS NULL"),
            postgresql_where=text("number IS NULL"),
        ),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    number: Mapped[int | None] = mapped_column(BIG)
    type: Mapped[str] = mapped_column(Text)
    conversation_id: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)


class QueueHead(Base):
    """The last number that was given; one row, which whoever numbers holds meanwhile."""

    __tablename__ = "queue_head"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("number >= 0", name="number"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BIG)
