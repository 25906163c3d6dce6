"""What readers of the FAQ left, written straight into its table."""

from app.core.database import Transaction
from app.core.ids import new_id
from app.support.faq.models import MissedQuery


def create_missed_query(tx: Transaction, words: str) -> str:
    """Words that found nothing, asked once; returns the query's id."""
    missed = MissedQuery(
        id=new_id("mis"),
        query=words,
        locale="en",
        asked=1,
        first_asked_at=tx.now,
        last_asked_at=tx.now,
    )
    tx.add(missed)
    return missed.id
