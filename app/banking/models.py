"""The tables of bank cards. Only app.banking writes them; the constraints stand in migration 0005.

No card number, no phone and no full name is here; the bank's token lies sealed (`vault.py`).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Flag, Moment


class CardHolder(Base):
    """One row per user who ever bound a card, locked by whatever changes which cards the user has.

    Limits and the default card concern all cards of a user at once; this row is their one lock.
    """

    __tablename__ = "bank_card_holders"

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    changes: Mapped[int] = mapped_column(BIG)


class BankCard(Base):
    """One binding of a card number by a user. A rebinding is another row, this one stays.

    `number_fingerprint` is a keyed digest: equal numbers are recognised, none can be guessed. `movements_open` counts
    the rows of bank_card_reservations, so that one guarded update can ask "is money moving?".
    """

    __tablename__ = "bank_cards"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending_verification', 'active', 'verification_failed', 'expired', 'unbound')",
            name="status",
        ),
        CheckConstraint("card_type IN ('debit', 'credit')", name="card_type"),
        CheckConstraint("length(last4) = 4", name="last4"),
        CheckConstraint("attempts_remaining BETWEEN 0 AND 3", name="attempts_remaining"),
        CheckConstraint(
            "deposit_status IS NULL OR deposit_status IN ('pending', 'sent', 'returned')",
            name="deposit_status",
        ),
        CheckConstraint(
            "(deposit_status IS NULL) = (deposit_minor IS NULL)"
            " AND (deposit_status IS NULL) = (expires_at IS NULL)",
            name="verification_whole",
        ),
        CheckConstraint("deposit_minor BETWEEN 1 AND 99", name="deposit_minor"),
        CheckConstraint(
            "movements_open = 0 OR (movements_open > 0 AND status = 'active')",
            name="movements_open",
        ),
        CheckConstraint("(status = 'unbound') = (unbound_at IS NOT NULL)", name="unbound_at"),
        CheckConstraint("status <> 'active' OR activated_at IS NOT NULL", name="activated_at"),
        CheckConstraint("NOT is_default OR status = 'active'", name="default_is_active"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "user_id", "number_fingerprint", "created_at"),
        Index(None, "last4", "created_at"),
        Index(
            "uq_bank_cards_active_number",
            "number_fingerprint",
            unique=True,
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        ),
        Index(
            "uq_bank_cards_default",
            "user_id",
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("bank_card_holders.user_id"))
    bank_code: Mapped[str] = mapped_column(Text)
    card_type: Mapped[str] = mapped_column(Text)
    last4: Mapped[str] = mapped_column(Text)
    holder_name_masked: Mapped[str] = mapped_column(Text)
    number_fingerprint: Mapped[str] = mapped_column(Text)
    sealed_token: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    is_default: Mapped[bool] = mapped_column(Flag)
    movements_open: Mapped[int] = mapped_column(Integer)
    attempts_remaining: Mapped[int] = mapped_column(Integer)
    deposit_minor: Mapped[int | None] = mapped_column(BIG)
    deposit_status: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    previous_binding_id: Mapped[str | None] = mapped_column(ForeignKey("bank_cards.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    activated_at: Mapped[datetime | None] = mapped_column(Moment)
    unbound_at: Mapped[datetime | None] = mapped_column(Moment)


class CardReservation(Base):
    """A movement of money that goes through a card and isn't over; the card can't be unbound meanwhile."""

    __tablename__ = "bank_card_reservations"
    __table_args__ = (Index(None, "card_id"),)

    movement_id: Mapped[str] = mapped_column(Text, primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("bank_cards.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class DepositAttempt(Base):
    """One exchange with the bank over a micro-deposit or its claw-back; the id is the reference we send.

    At most one per card and kind is open or has succeeded: a card gets one deposit and gives it back once.
    """

    __tablename__ = "micro_deposit_attempts"
    __table_args__ = (
        CheckConstraint("kind IN ('deposit', 'claw_back')", name="kind"),
        CheckConstraint("status IN ('sending', 'succeeded', 'failed')", name="status"),
        CheckConstraint("(status = 'sending') = (finished_at IS NULL)", name="finished"),
        Index(
            "uq_micro_deposit_attempts_live",
            "card_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("status <> 'failed'"),
            postgresql_where=sa.text("status <> 'failed'"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("bank_cards.id"))
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
