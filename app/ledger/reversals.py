"""Undoing what was booked: by an entry with the opposite lines, since nothing is ever changed or deleted."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.database import Transaction
from app.ledger.errors import ReversedAlreadyError
from app.ledger.models import LedgerTransaction, Posting
from app.ledger.postings import Entry, post
from app.ledger.rules import Line, Movement


def reverse(tx: Transaction, transaction_id: str, description: str) -> str:
    """Book the opposite of a ledger transaction, once, and return the reversal's id.

    It keeps the reference of what it undoes, the external one too, so that the two cancel out in every comparison.
    Raises ReversedAlreadyError, and InsufficientBalanceError where a wallet has spent what would be taken back.
    """
    undone = tx.get_one(LedgerTransaction, transaction_id)
    postings = tx.scalars(sa.select(Posting).where(Posting.transaction_id == transaction_id)).all()
    entry = Entry(
        movement=Movement.REVERSAL,
        reference_type=undone.reference_type,
        reference_id=undone.reference_id,
        lines=[Line(posting.account_id, -posting.amount_minor) for posting in postings],
        description=description,
        external_reference=undone.external_reference,
        reverses_id=undone.id,
        currency=postings[0].currency,
    )
    try:
        with tx.begin_nested():
            return post(tx, entry)
    except IntegrityError:
        undone_before = LedgerTransaction.reverses_id == transaction_id
        if tx.scalar(sa.select(LedgerTransaction.id).where(undone_before)) is None:
            raise
        raise ReversedAlreadyError(transaction_id) from None
