"""Writing the trail and proving that nobody has changed it."""

import hmac
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
import structlog

from app.audit.models import HEAD_ROW, AuditCheckpoint, AuditEntry, AuditHead
from app.audit.rules import CHECKPOINT_EVERY, FIRST_HASH, Act, entry_hash, head_signature
from app.core.database import Transaction
from app.core.security import KeyRing

READ_AT_ONCE = 500
_UNREADABLE: Final = (ValueError, OverflowError, sa.exc.DataError)
"""What is raised where a column holds what we never wrote: no JSON, no time."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the whole trail is as it was written; else the first entry that is not, or is missing."""

    ok: bool
    checked: int
    first_bad_seq: int | None


class AuditTrail:
    """The trail under the keys of this service."""

    def __init__(self, keys: KeyRing) -> None:
        self._entry_key = keys.derive("audit-entry")
        self._head_key = keys.derive("audit-head")

    def record(self, tx: Transaction, act: Act) -> int:
        """Append an act in the caller's transaction and return its number. Writers follow one another."""
        head = tx.scalars(
            sa.select(AuditHead).where(AuditHead.id == HEAD_ROW).with_for_update()
        ).one()
        seq = head.seq + 1
        hash_ = entry_hash(self._entry_key, head.hash, seq, tx.now, act)
        tx.add(
            AuditEntry(
                seq=seq,
                at=tx.now,
                actor=act.actor,
                action=act.action,
                subject=act.subject,
                customer_id=act.customer_id,
                reason=act.reason,
                fields=list(act.fields),
                detail=act.detail,
                hash=hash_,
            )
        )
        head.seq, head.hash = seq, hash_
        head.signature = head_signature(self._head_key, seq, hash_)
        if seq % CHECKPOINT_EVERY == 0:
            self._checkpoint(tx, head)
        tx.flush()
        return seq

    def verify(self, tx: Transaction) -> Verification:
        """Follow the chain from its beginning, past every checkpoint, to the head; read it from a snapshot."""
        marks = {mark.seq: mark for mark in tx.scalars(sa.select(AuditCheckpoint))}
        previous, checked = FIRST_HASH, 0
        with closing(_entries(tx)) as entries:
            for entry in entries:
                if entry is None or entry.seq != checked + 1:
                    return _broken_after(checked)
                if not self._fits(entry, previous, marks):
                    return _broken_after(checked)
                previous, checked = entry.hash, entry.seq
        if self._is_head(tx, checked, previous) and max(marks, default=0) <= checked:
            return Verification(ok=True, checked=checked, first_bad_seq=None)
        return _broken_after(checked)

    def plant(self, tx: Transaction) -> None:
        """Make the head of an empty trail, unless there is one."""
        tx.insert_missing(
            AuditHead,
            id=HEAD_ROW,
            seq=0,
            hash=FIRST_HASH,
            signature=head_signature(self._head_key, 0, FIRST_HASH),
        )

    def _checkpoint(self, tx: Transaction, head: AuditHead) -> None:
        mark = AuditCheckpoint(seq=head.seq, at=tx.now, hash=head.hash, signature=head.signature)
        tx.add(mark)
        # Outside the database too: a trail that was cut off together with its head and checkpoints shows there.
        log.info("audit_checkpoint", seq=mark.seq, hash=mark.hash, signature=mark.signature)

    def _fits(self, entry: AuditEntry, previous: str, marks: dict[int, AuditCheckpoint]) -> bool:
        named: object = entry.fields  # whatever somebody may have put there
        if not isinstance(named, list):
            return False
        act = Act(
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            customer_id=entry.customer_id,
            reason=entry.reason,
            fields=tuple(named),
            detail=entry.detail,
        )
        wanted = entry_hash(self._entry_key, previous, entry.seq, entry.at, act)
        mark = marks.get(entry.seq)
        return _same(wanted, entry.hash) and (
            mark is None or self._is_signed(mark, entry.seq, entry.hash)
        )

    def _is_head(self, tx: Transaction, seq: int, hash_: str) -> bool:
        head = tx.get(AuditHead, HEAD_ROW)
        return head is not None and self._is_signed(head, seq, hash_)

    def _is_signed(self, mark: AuditHead | AuditCheckpoint, seq: int, hash_: str) -> bool:
        wanted = head_signature(self._head_key, seq, hash_)
        told = (mark.seq, mark.hash)
        return told == (seq, hash_) and _same(wanted, mark.signature)


def _entries(tx: Transaction) -> Generator[AuditEntry | None]:
    """Every entry in order; None in place of the first that can't be read, and nothing after it.

    Many are read together, until one of them can't be: then one by one, so that all before it are judged.
    """
    last = 0
    for at_once in (READ_AT_ONCE, 1):
        query = sa.select(AuditEntry).where(AuditEntry.seq > last).order_by(AuditEntry.seq)
        try:
            with closing(tx.scalars(query.execution_options(yield_per=at_once))) as entries:
                for entry in entries:
                    yield entry
                    last = entry.seq
        except _UNREADABLE:
            continue
        return
    yield None


def _same(wanted: str, found: str) -> bool:
    return hmac.compare_digest(wanted.encode(), found.encode())


def _broken_after(checked: int) -> Verification:
    return Verification(ok=False, checked=checked, first_bad_seq=checked + 1)
