"""The tables of the mailroom; their constraints stand in migration 0013, one column in 0021.

Only app.support.mailroom writes them.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Json, Moment


class SupportMail(Base):
    """A mail that came or went. What it said is kept masked, and only of those that wait in quarantine.

    `sealed_content` is the mail as it came, unreadable without the service's secret, until it has been sorted.
    `sender` and `sender_key` are the letter's, `envelope_sender` is what its server said. `discarded_at` is when a
    supervisor let one in quarantine wait no longer; its words are gone then.
    """

    __tablename__ = "support_mails"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint(
            "status IN ('received', 'accepted', 'noted', 'duplicate', 'quarantined', 'released', 'sent')",
            name="status",
        ),
        CheckConstraint(
            "reason IN ('unreadable', 'no_sender', 'own_address', 'bounce', 'unverified', 'automatic',"
            " 'too_many')",
            name="reason",
        ),
        CheckConstraint("(status = 'received') = (sealed_content IS NOT NULL)", name="sealed"),
        CheckConstraint("(direction = 'out') = (status = 'sent')", name="sent"),
        CheckConstraint("status <> 'quarantined' OR reason IS NOT NULL", name="quarantined"),
        Index(None, "message_id"),
        Index(None, "conversation_id", "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "sender_key", "created_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    direction: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str | None] = mapped_column(Text)
    envelope_sender: Mapped[str] = mapped_column(Text)
    recipients: Mapped[list[str]] = mapped_column(Json)
    sender: Mapped[str | None] = mapped_column(Text)
    sender_key: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    sealed_content: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    discarded_at: Mapped[datetime | None] = mapped_column(Moment)


class MailCase(Base):
    """A conversation that is held by mail, and the one address that takes part in it besides us."""

    __tablename__ = "mail_cases"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    address_key: Mapped[str] = mapped_column(Text)


class HeardMail(Base):
    """A mail that had its effect, by a keyed digest of what makes it the same, so that a repeat has none."""

    __tablename__ = "heard_mails"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    mail_id: Mapped[str] = mapped_column(ForeignKey("support_mails.id"))


class MailAcknowledgement(Base):
    """One of the few that a sender gets on a day."""

    __tablename__ = "mail_acknowledgements"
    __table_args__ = (CheckConstraint("number BETWEEN 1 AND 3", name="number"),)

    address_key: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
