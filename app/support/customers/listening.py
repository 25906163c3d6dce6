"""Keeps the changes of accounts that are announced, in the transaction in which they happen."""

from typing import Final

from app.core.database import Transaction
from app.core.events import Event
from app.core.ids import new_id
from app.support.customers.models import AccountChange

RESETS: Final = ("password.reset", "transaction_password.reset")
"""What somebody who took a phone number over would do first."""
OTHER_CHANGES: Final = (
    "user.registered",
    "user.identifier_changed",
    "password.changed",
    "transaction_password.set",
    "transaction_password.changed",
)


def keep_account_change(tx: Transaction, event: Event) -> None:
    """Listener: write one row for each change of an account."""
    if event.user_id is None or event.type not in (*RESETS, *OTHER_CHANGES):
        return
    tx.add(
        AccountChange(id=new_id("chg"), user_id=event.user_id, event=event.type, created_at=tx.now)
    )
