"""The tables of everything that moves money; balances are the ledger's."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Flag, Moment
from app.payments.rules import CALL_DEADLINE, REFUSED_HERE, AttemptOutcome

STATUSES = "('processing', 'succeeded', 'failed', 'manual_review')"


class Merchant(Base):
    """Somebody who can be paid."""

    __tablename__ = "merchants"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Instruction(Base):
    """What a user told us to do with money and the outside: a payment, a top-up or a withdrawal.

    The three share one state machine; `merchant_id`, `description` and `merchant_order_no` are a payment's only.
    """

    __tablename__ = "instructions"
    __table_args__ = (
        CheckConstraint("kind IN ('payment', 'top_up', 'withdrawal')", name="kind"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("source IN ('balance', 'bank_card')", name="source"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("(kind = 'payment') = (merchant_id IS NOT NULL)", name="merchant"),
        CheckConstraint(
            "(kind = 'payment' AND source = 'balance') = (bank_card_id IS NULL)", name="card"
        ),
        CheckConstraint("(status = 'failed') = (failure_code IS NOT NULL)", name="failure"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded"),
        CheckConstraint(
            "refunded_minor = 0 OR (kind = 'payment' AND status = 'succeeded')",
            name="refunded_when_paid",
        ),
        CheckConstraint("password_free IN (0, 1)", name="password_free_flag").ddl_if("sqlite"),
        Index(None, "user_id", "kind", "created_at", "id"),
        Index(None, "status"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BIG)
    currency: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    bank_card_id: Mapped[str | None] = mapped_column(Text)
    merchant_id: Mapped[str | None] = mapped_column(ForeignKey("merchants.id"))
    description: Mapped[str | None] = mapped_column(Text)
    merchant_order_no: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    failure_code: Mapped[str | None] = mapped_column(Text)
    attempts_made: Mapped[int] = mapped_column(Integer)
    # What was asked back and has not been refused: never more than was paid, also in a race.
    refunded_minor: Mapped[int] = mapped_column(BIG, default=0)
    # The day and whether it went without the transaction password: what a failure gives back to the limits.
    counted_on: Mapped[str] = mapped_column(Text)
    password_free: Mapped[bool] = mapped_column(Flag)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class Attempt(Base):
    """One exchange with the gateway or bank; its id is the reference that we send.

    `outcome` is `unknown` from the start, so a crash leaves the truth; `finished_at` is null while in flight.
    `late_success_at` is when we learnt that the money was taken although the attempt had failed.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint("outcome IN ('succeeded', 'failed', 'unknown')", name="outcome"),
        CheckConstraint("outcome = 'unknown' OR finished_at IS NOT NULL", name="finished"),
        CheckConstraint("late_success_at IS NULL OR outcome = 'failed'", name="late_success"),
        CheckConstraint("inquiries_made >= 0", name="inquiries_made"),
        UniqueConstraint("instruction_id", "number"),
        Index(None, "started_at"),
        Index(None, "user_id", "started_at", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    instruction_id: Mapped[str] = mapped_column(ForeignKey("instructions.id"))
    user_id: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    failure_code: Mapped[str | None] = mapped_column(Text)
    gateway_reference: Mapped[str | None] = mapped_column(Text)
    http_status: Mapped[int | None] = mapped_column(Integer)
    latency_ms: Mapped[int | None] = mapped_column(Integer)
    app_version: Mapped[str | None] = mapped_column(Text)
    network_type: Mapped[str | None] = mapped_column(Text)
    inquiries_made: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    late_success_at: Mapped[datetime | None] = mapped_column(Moment)

    def may_be_in_flight(self, now: datetime) -> bool:
        """Whether the call itself may still be running: it has not come back, nor is its time over."""
        return self.finished_at is None and now < self.started_at + CALL_DEADLINE

    @property
    def was_refused_here(self) -> bool:
        """Whether it failed without being sent. Of one whose process was killed no latency is known either."""
        refused = self.outcome == AttemptOutcome.FAILED and self.failure_code in REFUSED_HERE
        return refused and self.latency_ms is None

    @classmethod
    def is_over(cls, now: datetime) -> ColumnElement[bool]:
        """The opposite for a query: attempts of which something is known, if only that no answer came in time."""
        return or_(cls.finished_at.is_not(None), cls.started_at <= now - CALL_DEADLINE)


class Refund(Base):
    """Money given back of one charge; its id is the reference that we send, the attempt's the charge's reference.

    Asked for, it is of a payment that succeeded; for a late success of an attempt that had failed, and only once.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("cause IN ('requested', 'late_success')", name="cause"),
        CheckConstraint("(status = 'failed') = (failure_code IS NOT NULL)", name="failure"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("sends_made >= 0", name="sends_made"),
        Index(None, "instruction_id", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        Index(
            "uq_refunds_late_success",
            "attempt_id",
            unique=True,
            sqlite_where=text("cause = 'late_success'"),
            postgresql_where=text("cause = 'late_success'"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    instruction_id: Mapped[str] = mapped_column(ForeignKey("instructions.id"))
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    user_id: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BIG)
    currency: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    failure_code: Mapped[str | None] = mapped_column(Text)
    gateway_reference: Mapped[str | None] = mapped_column(Text)
    sends_made: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class Transfer(Base):
    """Money from one user to another, inside our own ledger; a refused one is recorded as failed."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("status IN ('succeeded', 'failed')", name="status"),
        CheckConstraint("(status = 'failed') = (failure_code IS NOT NULL)", name="failure"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("sender_id <> recipient_id", name="not_to_self"),
        Index(None, "sender_id", "created_at", "id"),
        Index(None, "recipient_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    sender_id: Mapped[str] = mapped_column(Text)
    recipient_id: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BIG)
    currency: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    failure_code: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class DailyTotal(Base):
    """What a user moved on one calendar day, so that limits hold in a race."""

    __tablename__ = "daily_totals"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("moved_minor >= 0", name="moved"),
        CheckConstraint("password_free_minor >= 0", name="password_free"),
        CheckConstraint("recipient_misses >= 0", name="recipient_misses"),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    direction: Mapped[str] = mapped_column(Text, primary_key=True)
    moved_minor: Mapped[int] = mapped_column(BIG)
    password_free_minor: Mapped[int] = mapped_column(BIG)
    recipient_misses: Mapped[int] = mapped_column(Integer)


class ClientEvent(Base):
    """What only the phone saw: a request that never arrived, or one that was sent away for its version."""

    __tablename__ = "client_events"
    __table_args__ = (
        CheckConstraint("type IN ('payment_request_failed', 'app_update_required')", name="type"),
        Index(None, "user_id", "occurred_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(Moment)
    amount_minor: Mapped[int | None] = mapped_column(BIG)
    currency: Mapped[str | None] = mapped_column(Text)
    merchant_id: Mapped[str | None] = mapped_column(Text)
    idempotency_key: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    network_type: Mapped[str | None] = mapped_column(Text)
    app_version: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
