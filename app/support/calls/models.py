"""The tables of the hotline; constraints stand in migrations 0014, 0017 and 0022. No code lies in them in clear."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Moment


class CallCode(Base):
    """The one call code that a user may hold; a row that is gone was used, replaced or has expired.

    The code is derived from `id`, whose it is, the session that asked for it and `counter`. `digest` finds it, keyed
    outside the database; it is unique, so no two users ever hold the same code.
    """

    __tablename__ = "call_codes"
    __table_args__ = (CheckConstraint("counter >= 0", name="counter"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Text)
    session_id: Mapped[str] = mapped_column(ForeignKey("user_sessions.id"))
    counter: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class CallCodeGuesses(Base):
    """How many call codes an agent has tried, right ones aside, in the window that ends at `window_ends_at`."""

    __tablename__ = "call_code_guesses"
    __table_args__ = (CheckConstraint("used BETWEEN 0 AND 10", name="used"),)

    agent_id: Mapped[str] = mapped_column(Text, primary_key=True)
    used: Mapped[int] = mapped_column(Integer)
    window_ends_at: Mapped[datetime] = mapped_column(Moment)


class SupportCall(Base):
    """A call, as its agent recorded it. `phone` is E.164, null where the number is withheld.

    `user_id` is who the caller seems to be: how sure that is says `level`. `session_id` is the login whose app showed
    the code, while that is worth anything. `conversation_id` is the case that the call is about; null only for calls
    from before calls had cases.
    """

    __tablename__ = "support_calls"
    __table_args__ = (
        CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
        CheckConstraint("status IN ('active', 'ended')", name="status"),
        CheckConstraint("level IN ('L0', 'L1', 'L2', 'L3', 'L4')", name="level"),
        CheckConstraint("level = 'L0' OR user_id IS NOT NULL", name="level_of_somebody"),
        CheckConstraint("(level IN ('L3', 'L4')) = (verified_at IS NOT NULL)", name="verified"),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("wrong_codes BETWEEN 0 AND 5", name="wrong_codes"),
        Index(None, "started_at", "id"),
        Index(None, "user_id", "started_at"),
        Index(None, "conversation_id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    phone: Mapped[str | None] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    session_id: Mapped[str | None] = mapped_column(ForeignKey("user_sessions.id"))
    level: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    wrong_codes: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(Moment)
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
