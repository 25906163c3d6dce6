"""The table of diagnoses; its constraints stand in migration 0008."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Flag, Json, Moment


class PaymentDiagnosis(Base):
    """A diagnosis as it was given: what was asked, what was found, and the answer word for word.

    `agent_id` is the agent who asked; None where it was the user.
    """

    __tablename__ = "payment_diagnoses"
    __table_args__ = (
        CheckConstraint(
            "verdict IN ('succeeded', 'failed_clean', 'held', 'unknown', 'duplicate', 'refunded',"
            " 'mismatch', 'no_record')",
            name="verdict",
        ),
        CheckConstraint("verdict <> 'no_record' OR payment_id IS NULL", name="no_record"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "payment_id"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    agent_id: Mapped[str | None] = mapped_column(Text)
    payment_id: Mapped[str | None] = mapped_column(Text)
    client_event_id: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    retry_safe: Mapped[bool] = mapped_column(Flag)
    primary_cause: Mapped[str | None] = mapped_column(Text)
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)
