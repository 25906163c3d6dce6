"""The tables of reveals and of account changes; their constraints stand in migration 0011.

No value that was revealed is here, only which.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Moment


class RevealCounter(Base):
    """One row per agent who ever revealed something: its lock makes counting and revealing one step."""

    __tablename__ = "reveal_counters"

    agent_id: Mapped[str] = mapped_column(Text, primary_key=True)


class Reveal(Base):
    """A value of a customer that was shown to an agent in full."""

    __tablename__ = "customer_reveals"
    __table_args__ = (
        CheckConstraint("field IN ('phone', 'email', 'display_name')", name="field"),
        Index(None, "agent_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("reveal_counters.agent_id"))
    customer_id: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class AccountChange(Base):
    """A change of an account, by the type of its event, such as `password.reset`; for the timeline."""

    __tablename__ = "account_changes"
    __table_args__ = (Index(None, "user_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
