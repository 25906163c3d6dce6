"""The ledger's tables. Only app.ledger writes them; the constraints stand in migration 0002."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Moment


class Account(Base):
    """An account; only a user's wallet carries a running balance and what of it is held.

    The accounts of merchants, gateway and bank are sums of their postings: a running balance would make their
    one row a hot lock (architecture, traps).
    """

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("kind", "owner_id", "currency"),
        CheckConstraint("balance_minor >= 0", name="balance_not_negative"),
        CheckConstraint("held_minor >= 0", name="held_not_negative"),
        CheckConstraint("held_minor <= balance_minor", name="held_within_balance"),
        CheckConstraint(
            "kind = 'user_wallet' OR (balance_minor = 0 AND held_minor = 0)", name="running_balance"
        ),
        CheckConstraint("length(currency) = 3", name="currency"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    balance_minor: Mapped[int] = mapped_column(BIG)
    held_minor: Mapped[int] = mapped_column(BIG)
    created_at: Mapped[datetime] = mapped_column(Moment)


class LedgerTransaction(Base):
    """The seal over a set of postings: inserted after them, and only if they sum to zero (trigger)."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (Index(None, "reference_type", "reference_id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    movement: Mapped[str] = mapped_column(Text)
    reference_type: Mapped[str] = mapped_column(Text)
    reference_id: Mapped[str] = mapped_column(Text)
    external_reference: Mapped[str | None] = mapped_column(Text)
    # What this entry undoes; unique, so that nothing is undone twice.
    reverses_id: Mapped[str | None] = mapped_column(
        ForeignKey("ledger_transactions.id"), unique=True
    )
    description: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Posting(Base):
    """One immutable line. `balance_after_minor` is a user's total after it, null for other accounts."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="moves_something"),
        Index(None, "account_id", "created_at", "id"),
        Index(None, "transaction_id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    transaction_id: Mapped[str] = mapped_column(
        ForeignKey("ledger_transactions.id", deferrable=True, initially="DEFERRED")
    )
    account_id: Mapped[str] = mapped_column(ForeignKey("ledger_accounts.id"))
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BIG)
    balance_after_minor: Mapped[int | None] = mapped_column(BIG)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Hold(Base):
    """Money set aside for a movement whose outcome is not known yet."""

    __tablename__ = "ledger_holds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("status IN ('held', 'captured', 'released')", name="status"),
        CheckConstraint("(status = 'held') = (resolved_at IS NULL)", name="resolved"),
        Index(None, "account_id", "status"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("ledger_accounts.id"))
    amount_minor: Mapped[int] = mapped_column(BIG)
    status: Mapped[str] = mapped_column(Text)
    reference_id: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
