"""The tables of webhooks. Only app.webhooks writes them; the constraints stand in migration 0009."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Json, Moment
from app.webhooks.rules import EndpointStatus


class WebhookEndpoint(Base):
    """Who wants to be told. Its row is the lock of its queue.

    `turn_of` is the job that is delivering to it: one at a time, so that a receiver that is slow holds up nobody but
    itself. `sealed_secret` opens with the service's secret only.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (CheckConstraint("silent_tries >= 0", name="silent_tries"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(Json)
    description: Mapped[str | None] = mapped_column(Text)
    sealed_secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    silent_tries: Mapped[int] = mapped_column(Integer)
    resting_until: Mapped[datetime | None] = mapped_column(Moment)
    turn_of: Mapped[str | None] = mapped_column(Text)

    @property
    def status(self) -> EndpointStatus:
        """As the API shows it."""
        return EndpointStatus.DISABLED if self.disabled_at else EndpointStatus.ENABLED


class WebhookEvent(Base):
    """What is told, once however many are told: `body` is sent as it stands, so that every try is the same."""

    __tablename__ = "webhook_events"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class WebhookDelivery(Base):
    """One event for one endpoint. `began_at` is when its tries began, or began anew.

    No foreign key leads to the endpoint: deleting one must never stand in the way of a payment that tells it something.
    What is left over is dropped by its job.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'delivered', 'failed')", name="status"),
        CheckConstraint("(status = 'pending') = (next_attempt_at IS NOT NULL)", name="due"),
        UniqueConstraint("event_id", "endpoint_id"),
        Index(None, "endpoint_id", "created_at", "id"),
        Index(None, "endpoint_id", "next_attempt_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[str] = mapped_column(Text, ForeignKey("webhook_events.id"))
    endpoint_id: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(Moment)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)


class WebhookAttempt(Base):
    """One try. Either an HTTP status came, or a problem kept it away."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        CheckConstraint("(http_status IS NULL) = (problem IS NOT NULL)", name="outcome"),
        CheckConstraint("latency_ms >= 0", name="latency_ms"),
    )

    delivery_id: Mapped[str] = mapped_column(
        Text, ForeignKey("webhook_deliveries.id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    http_status: Mapped[int | None] = mapped_column(Integer)
    problem: Mapped[str | None] = mapped_column(Text)
    latency_ms: Mapped[int] = mapped_column(Integer)


class HeardCallback(Base):
    """A callback that had its effect, so that a repeat has none."""

    __tablename__ = "heard_callbacks"
    __table_args__ = (
        CheckConstraint("source IN ('gateway', 'bank')", name="source"),
        Index(None, "heard_at"),
    )

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(Text, primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(Moment)
