"""The table of clocks; its constraints stand in migration 0016. Only app.support.clocks writes it, and only adds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Moment


class ClockEventRow(Base):
    """One event of a conversation's clock, numbered per clock.

    A `start` says how long the clock may run (`target_seconds` of open time) and by whose hours (`desk`); that of a
    promise says what was promised. `elapsed_seconds` is the open time that had run when the event happened.
    """

    __tablename__ = "conversation_clock_events"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("kind IN ('first_response', 'resolution', 'promise')", name="kind"),
        CheckConstraint(
            "type IN ('start', 'pause', 'resume', 'met', 'cancelled', 'warned', 'missed', 'escalated')",
            name="type",
        ),
        CheckConstraint("(type = 'start') = (target_seconds IS NOT NULL)", name="target"),
        CheckConstraint("(type = 'start') = (desk IS NOT NULL)", name="desk"),
        CheckConstraint(
            "(type = 'start' AND kind = 'promise') = (due_at IS NOT NULL)", name="promised"
        ),
        CheckConstraint("target_seconds >= 0", name="target_seconds"),
        CheckConstraint("elapsed_seconds >= 0", name="elapsed_seconds"),
        Index(None, "kind", "type", "at"),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    desk: Mapped[str | None] = mapped_column(Text)
    target_seconds: Mapped[int | None] = mapped_column(BIG)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    elapsed_seconds: Mapped[int] = mapped_column(BIG)
