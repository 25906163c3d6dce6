"""References that must never be acted on any more, at the gateway and at the bank.

They are remembered even where the reference was never seen, or a late request would slip past.
"""

import sqlite3

from world.books import Transaction, new_id


def find(tx: Transaction, target: str, reference: str) -> sqlite3.Row | None:
    """Return {id, created_at} of a cancelled reference, or None."""
    return tx.one(
        "SELECT id, created_at FROM cancellations"
        " WHERE target = :target AND reference = :reference",
        target=target,
        reference=reference,
    )


def remember(tx: Transaction, target: str, reference: str) -> None:
    """Promise that a reference will not be acted on; once is as good as twice."""
    if find(tx, target, reference) is None:
        row = {
            "target": target,
            "reference": reference,
            "id": new_id("cnl"),
            "created_at": tx.now,
        }
        tx.insert("cancellations", row)
