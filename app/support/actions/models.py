"""The table of action requests; its constraints stand in migration 0015."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Flag, Json, Moment


class ActionRequest(Base):
    """What an agent asked for, and what became of it. `reason` is masked.

    `entries` are the lines in the ledger that it makes, `outcome` is what else an execution left behind, such as where
    a code was sent. `decided_by` is null for what ran at once, and for what an event rejected.
    """

    __tablename__ = "action_requests"
    __table_args__ = (
        CheckConstraint(
            "type IN ('send_password_reset', 'unlock_login', 'unlock_transaction_password', 'revoke_sessions',"
            " 'freeze', 'unfreeze', 'refund', 'release_hold', 'goodwill_credit')",
            name="type",
        ),
        CheckConstraint("status IN ('pending_approval', 'executed', 'rejected')", name="status"),
        CheckConstraint("level IN ('L0', 'L1', 'L2', 'L3', 'L4')", name="level"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> requested_by OR status = 'rejected'",
            name="four_eyes",
        ),
        CheckConstraint("(status = 'pending_approval') = (decided_at IS NULL)", name="decided"),
        CheckConstraint(
            "status <> 'executed' OR decided_by IS NOT NULL"
            " OR type NOT IN ('unfreeze', 'refund', 'release_hold', 'goodwill_credit')",
            name="approved",
        ),
        Index(None, "created_at", "id"),
        Index(None, "user_id", "status", "created_at"),
        Index(None, "refund_id", unique=True),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    payment_id: Mapped[str | None] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BIG)
    currency: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    call_id: Mapped[str | None] = mapped_column(ForeignKey("support_calls.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    level: Mapped[str] = mapped_column(Text)
    level_waived: Mapped[bool] = mapped_column(Flag)
    cautions: Mapped[list[str]] = mapped_column(Json)
    entries: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    outcome: Mapped[dict[str, Any]] = mapped_column(Json)
    refund_id: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    decision_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
