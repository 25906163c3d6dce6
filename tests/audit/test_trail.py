"""The audit trail: gapless, in one chain, and honest about whoever touched it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import aliased

from app.audit.models import AuditCheckpoint, AuditEntry, AuditHead
from app.audit.rules import CHECKPOINT_EVERY, Act
from app.audit.trail import AuditTrail, Verification
from app.core.database import Transaction
from app.core.security import KeyRing
from app.factory import Wallet
from app.sandbox.emptying import empty_every_table
from tests.databases import Kind

ACT = Act("agt_1", "customer.read", "usr_1", "usr_1", "the user called", ("phone",), {"level": 1})


@pytest.fixture
def trail(wallet: Wallet) -> AuditTrail:
    return wallet.audit


def record(wallet: Wallet, count: int = 1) -> None:
    for _ in range(count):
        with wallet.database.transaction() as tx:
            wallet.audit.record(tx, ACT)


def verified(wallet: Wallet) -> Verification:
    with wallet.database.snapshot() as tx:
        return wallet.audit.verify(tx)


def forge(wallet: Wallet, change: Callable[[Transaction], object]) -> None:
    """Change what the database itself refuses to change, as who owns the file could."""
    with wallet.database.transaction() as tx:
        if wallet.database.is_sqlite:
            triggers = tx.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in triggers.all():
                tx.execute(sa.text(f'DROP TRIGGER "{name}"'))
        else:
            for table in ("audit_entries", "audit_checkpoints"):
                tx.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        change(tx)


def test_an_untouched_trail_is_verified_to_its_end(wallet: Wallet) -> None:
    assert verified(wallet) == Verification(ok=True, checked=0, first_bad_seq=None)
    record(wallet, 3)
    assert verified(wallet) == Verification(ok=True, checked=3, first_bad_seq=None)


def test_an_act_that_is_rolled_back_leaves_no_gap(wallet: Wallet, trail: AuditTrail) -> None:
    record(wallet)

    def fail_after_the_act() -> None:
        with wallet.database.transaction() as tx:
            trail.record(tx, ACT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_the_act()
    record(wallet)
    assert verified(wallet) == Verification(ok=True, checked=2, first_bad_seq=None)


def test_many_who_write_at_once_make_one_chain(wallet: Wallet) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: record(wallet, 5), range(8)))
    assert verified(wallet) == Verification(ok=True, checked=40, first_bad_seq=None)


@pytest.mark.parametrize(
    "change",
    [sa.update(AuditEntry).values(reason="x"), sa.delete(AuditEntry)],
    ids=["change", "delete"],
)
def test_the_database_itself_lets_nobody_touch_an_entry(
    wallet: Wallet, change: sa.Update | sa.Delete
) -> None:
    record(wallet)
    with pytest.raises(DatabaseError), wallet.database.transaction() as tx:
        tx.execute(change)
    assert verified(wallet).ok


OTHER = aliased(AuditEntry)
FORGERIES = {
    "another reason": (sa.update(AuditEntry).where(AuditEntry.seq == 2).values(reason="x"), 2),
    "another time": (
        sa.update(AuditEntry)
        .where(AuditEntry.seq == 2)
        .values(at=datetime(2026, 1, 1, tzinfo=UTC)),
        2,
    ),
    "another actor": (sa.update(AuditEntry).where(AuditEntry.seq == 3).values(actor="agt_2"), 3),
    "another field": (sa.update(AuditEntry).where(AuditEntry.seq == 1).values(fields=[]), 1),
    "another detail": (sa.update(AuditEntry).where(AuditEntry.seq == 1).values(detail={}), 1),
    "another hash": (sa.update(AuditEntry).where(AuditEntry.seq == 2).values(hash="0" * 64), 2),
    "a hash of no hex": (sa.update(AuditEntry).where(AuditEntry.seq == 2).values(hash="哈"), 2),
    "fields that are no list": (
        sa.update(AuditEntry).where(AuditEntry.seq == 2).values(fields=5),
        2,
    ),
    "two have changed places": (
        sa.update(AuditEntry)
        .where(AuditEntry.seq.in_([2, 3]))
        .values(
            reason=sa.select(OTHER.reason).where(OTHER.seq == 5 - AuditEntry.seq).scalar_subquery(),
            hash=sa.select(OTHER.hash).where(OTHER.seq == 5 - AuditEntry.seq).scalar_subquery(),
        ),
        2,
    ),
    "one is added": (
        sa.insert(AuditEntry).values(
            seq=5,
            at=datetime(2026, 1, 1, tzinfo=UTC),
            actor="agt_1",
            action="read_customer",
            fields=[],
            detail={},
            hash="0" * 64,
        ),
        5,
    ),
    "an entry is gone": (sa.delete(AuditEntry).where(AuditEntry.seq == 2), 2),
    "the first is gone": (sa.delete(AuditEntry).where(AuditEntry.seq == 1), 1),
    "the tail is gone": (sa.delete(AuditEntry).where(AuditEntry.seq > 2), 3),
    "all is gone": (sa.delete(AuditEntry), 1),
    "the head is gone": (sa.delete(AuditHead), 5),
    "the head is moved": (sa.update(AuditHead).values(seq=3), 5),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_the_first_row_that_somebody_touched_is_named(wallet: Wallet, what: str) -> None:
    statement, first_bad = FORGERIES[what]
    record(wallet, 4)
    forge(wallet, lambda tx: tx.execute(statement))
    assert verified(wallet) == Verification(
        ok=False, checked=first_bad - 1, first_bad_seq=first_bad
    )


UNREADABLE = {
    "sqlite": "UPDATE audit_entries SET detail = 'no JSON' WHERE seq = 3",
    "postgresql": "UPDATE audit_entries SET at = 'infinity' WHERE seq = 3",
}


def test_an_entry_that_cannot_even_be_read_is_named_and_an_earlier_one_before_it(
    wallet: Wallet, kind: Kind
) -> None:
    record(wallet, 4)
    forge(wallet, lambda tx: tx.execute(sa.text(UNREADABLE[kind])))
    assert verified(wallet) == Verification(ok=False, checked=2, first_bad_seq=3)
    statement, _ = FORGERIES["another field"]
    forge(wallet, lambda tx: tx.execute(statement))
    assert verified(wallet) == Verification(ok=False, checked=0, first_bad_seq=1)


def test_a_tail_that_was_cut_off_with_a_forged_head_is_missed_by_its_checkpoint(
    wallet: Wallet,
) -> None:
    record(wallet, CHECKPOINT_EVERY + 1)
    with wallet.database.snapshot() as tx:
        old_hash = tx.get_one(AuditEntry, 50).hash
        mark = tx.get_one(AuditCheckpoint, CHECKPOINT_EVERY)
        assert mark.hash == tx.get_one(AuditEntry, CHECKPOINT_EVERY).hash

    def cut(tx: Transaction) -> None:
        tx.execute(sa.delete(AuditEntry).where(AuditEntry.seq > 50))
        tx.execute(sa.update(AuditHead).values(seq=50, hash=old_hash))

    forge(wallet, cut)
    assert verified(wallet) == Verification(ok=False, checked=50, first_bad_seq=51)


def test_who_lacks_the_key_cannot_write_an_entry_that_fits(wallet: Wallet) -> None:
    record(wallet)
    stranger = AuditTrail(KeyRing("another secret of more than 32 characters"))
    with wallet.database.transaction() as tx:
        stranger.record(tx, ACT)
    assert verified(wallet) == Verification(ok=False, checked=1, first_bad_seq=2)


def test_a_reset_of_the_sandbox_begins_a_new_trail(wallet: Wallet) -> None:
    record(wallet, 2)
    with wallet.database.transaction(moves_clock=True) as tx:
        empty_every_table(tx)
        for seed in wallet.seeds:
            seed(tx)
    record(wallet)
    assert verified(wallet) == Verification(ok=True, checked=1, first_bad_seq=None)
