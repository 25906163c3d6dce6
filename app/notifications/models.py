"""The outbox. Only app.notifications writes it; the constraints stand in migration 0004."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Flag, Json, Moment


class OutboxMessage(Base):
    """A message to one destination. `template_values` fill its template and hold no secret.

    `mail_headers` are what a mail carries besides the usual ones, such as the thread that it belongs to.
    A code is not in it: the row names the challenge and its generation, and the code is derived when it is sent.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'email')", name="channel"),
        CheckConstraint("locale IN ('zh-CN', 'en')", name="locale"),
        CheckConstraint("status IN ('pending', 'sent', 'dropped')", name="status"),
        CheckConstraint("(status = 'pending') = (done_at IS NULL)", name="done"),
        CheckConstraint(
            "(challenge_id IS NULL) = (challenge_generation IS NULL)", name="challenge_whole"
        ),
        Index(None, "user_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    destination: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    template_values: Mapped[dict[str, Any]] = mapped_column(Json)
    mail_headers: Mapped[dict[str, str] | None] = mapped_column(Json)
    challenge_id: Mapped[str | None] = mapped_column(Text)
    challenge_generation: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    useful_until: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class Handover(Base):
    """One try to hand a message to the carrier or the mail server; `is_fault` where it speaks against that side."""

    __tablename__ = "outbox_handovers"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'email')", name="channel"),
        CheckConstraint("is_fault IN (0, 1)", name="is_fault_flag").ddl_if("sqlite"),
        Index(None, "channel", "at", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("outbox_messages.id"))
    channel: Mapped[str] = mapped_column(Text)
    is_fault: Mapped[bool] = mapped_column(Flag)
    at: Mapped[datetime] = mapped_column(Moment)
