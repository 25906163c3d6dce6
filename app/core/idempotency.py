"""Idempotency keys: the same call sent twice has one effect and one answer (contract, section 2).

A call that moves money claims its key in the very transaction that records the movement, and the claim
points to it (`subject_id`): after a crash the same key reports that movement instead of making another.
Other calls claim before they start. Key and fingerprint are digests, keyed outside the database, since a key is the
caller's own text; only 2xx answers are kept.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Integer, LargeBinary, Text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import machine_now
from app.core.database import Transaction
from app.core.errors import IDEMPOTENCY_IN_PROGRESS, IDEMPOTENCY_KEY_REUSED
from app.core.security import KeyRing
from app.core.tables import Base, Moment

KEPT_FOR = timedelta(days=7)  # contract, section 2
# Longer than any call may take (10 s to a gateway, connect included): a claim older than this
# belongs to a process that died. Machine time, since it measures our own processes.
LEASE = timedelta(seconds=15)
RETRY_AFTER_SECONDS = 1


class IdempotencyClaim(Base):
    """One key of one principal, as its digest; `status` and `body` are the first answer, once there is one."""

    __tablename__ = "idempotency_claims"
    __table_args__ = (CheckConstraint("(status IS NULL) = (body IS NULL)", name="answer_whole"),)

    principal_id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[int | None] = mapped_column(Integer)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer to a key, to be sent again as it was."""

    status: int
    body: bytes


@dataclass(slots=True)
class KeyInUse:
    """The key that came with a call, as `key_digest` gives it. An operation that moves money calls `claim` in its
    transaction.
    """

    principal_id: str
    key: str
    fingerprint: str = field(repr=False)
    # The lease of the claim that this call holds, or has found to be over: only that one may it free.
    lease_until: datetime | None = None

    def claim(self, tx: Transaction, subject_id: str | None = None) -> None:
        """Take the key for this call. Raises IDEMPOTENCY_IN_PROGRESS where another call was first."""
        self._forget_old(tx)
        lease_until = machine_now() + LEASE
        row = IdempotencyClaim(
            principal_id=self.principal_id,
            key=self.key,
            fingerprint=self.fingerprint,
            subject_id=subject_id,
            created_at=tx.now,
            lease_until=lease_until,
        )
        try:
            with tx.begin_nested():
                tx.add(row)
        except IntegrityError:
            raise IDEMPOTENCY_IN_PROGRESS(retry_after=RETRY_AFTER_SECONDS) from None
        self.lease_until = lease_until

    def found(self, tx: Transaction) -> "StoredAnswer | UnansweredClaim | None":
        """What is known of this key: its answer, a claim without one, or nothing.

        Raises IDEMPOTENCY_KEY_REUSED for another request under the same key.
        """
        row = tx.get(IdempotencyClaim, (self.principal_id, self.key))
        if row is None or row.created_at + KEPT_FOR <= tx.now:
            return None
        if not hmac.compare_digest(row.fingerprint, self.fingerprint):
            raise IDEMPOTENCY_KEY_REUSED()
        if row.status is not None and row.body is not None:
            return StoredAnswer(row.status, row.body)
        self.lease_until = row.lease_until
        return UnansweredClaim(row.subject_id, running=machine_now() < row.lease_until)

    def answer(self, tx: Transaction, status: int, body: bytes) -> None:
        """Keep the first answer; a later one never replaces it."""
        tx.execute(
            sa.update(IdempotencyClaim)
            .where(*self._mine(), IdempotencyClaim.status.is_(None))
            .values(status=status, body=body)
        )

    def free(self, tx: Transaction) -> None:
        """Give an unanswered key back, since nothing was recorded under it; a newer claim stays."""
        tx.execute(
            sa.delete(IdempotencyClaim).where(
                *self._mine(),
                IdempotencyClaim.status.is_(None),
                IdempotencyClaim.lease_until == self.lease_until,
            )
        )

    def _forget_old(self, tx: Transaction) -> None:
        tx.execute(
            sa.delete(IdempotencyClaim).where(
                *self._mine(), IdempotencyClaim.created_at <= tx.now - KEPT_FOR
            )
        )

    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            IdempotencyClaim.principal_id == self.principal_id,
            IdempotencyClaim.key == self.key,
        )


@dataclass(frozen=True, slots=True)
class UnansweredClaim:
    """A claim whose answer is missing: its call is `running`, or died after recording `subject_id`."""

    subject_id: str | None
    running: bool


def key_digest(keys: KeyRing, principal_id: str, key: str) -> str:
    """What the database keeps of a principal's key: the same one is recognised, and nothing else is told."""
    return keys.fingerprint("idempotency-key", f"{principal_id} {key}")


def fingerprint(key: bytes, method: str, route: str, body: str) -> str:
    """HMAC over method, route with its ids, and canonical body: equal for the same request only."""
    message = "\n".join((method, route, body)).encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()
