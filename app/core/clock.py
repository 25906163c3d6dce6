"""The virtual clock: machine time plus an offset that lies in the database (sandbox only).

Every deadline of the wallet is measured on it (contract, section 2), so a test can jump 24 hours. The offset
is read in the transaction that uses it; in production there is no offset and no read. The same row holds
the epoch that a reset raises: work begun in an older epoch may write nothing (architecture, Flow).
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base

CLOCK_ROW = 1


class VirtualClock(Base):
    """The one row: offset in milliseconds (forward only), epoch, and who is advancing it."""

    __tablename__ = "virtual_clock"
    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        CheckConstraint("offset_ms >= 0", name="forward_only"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    offset_ms: Mapped[int] = mapped_column(BIG)
    epoch: Mapped[int] = mapped_column(Integer)
    # Machine time in ms until which an advance keeps the worker's hands off due jobs.
    advancing_until_ms: Mapped[int] = mapped_column(BIG)


def machine_now() -> datetime:
    """The machine's time in UTC, cut to the millisecond that the API shows."""
    return from_ms(to_ms(datetime.now(UTC)))


def virtual_now(offset_ms: int) -> datetime:
    """The moment that the wallet takes for now."""
    return machine_now() + timedelta(milliseconds=offset_ms)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware moment, cut, exact."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The UTC moment of a number of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def rfc3339(moment: datetime) -> str:
    """`2026-11-23T06:07:48.123Z`, as every time in the API is written (contract, section 2)."""
    # Not strftime, whose %Y writes the year 206 with three digits.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
