"""The trail and its head. Only app.audit writes them; the database refuses to change or delete an entry."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Json, Moment

HEAD_ROW = 1


class AuditEntry(Base):
    """One act. `fields` names what was read or changed; `hash` covers the entry and the hash before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq"),
        Index(None, "customer_id", "seq"),
        Index(None, "customer_id", "at", "seq"),
        Index(None, "actor", "seq"),
    )

    seq: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    customer_id: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(Json)
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(Text)


class AuditHead(Base):
    """Where the trail ends: one row, which every new entry moves on, so that two never get the same number.

    Its signature covers number and hash, so a trail that was cut off does not fit its head.
    """

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint(f"id = {HEAD_ROW}", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BIG)
    hash: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(Text)


class AuditCheckpoint(Base):
    """What the head was at a time, signed; also logged, so that it exists outside the database too."""

    __tablename__ = "audit_checkpoints"

    seq: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    hash: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(Text)
