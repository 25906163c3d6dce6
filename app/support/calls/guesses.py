"""How many call codes an agent may try in an hour, over all calls and lookups. Counted before anything is compared."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.days import seconds_until
from app.core.errors import RATE_LIMITED, RateLimit
from app.support.calls.models import CallCodeGuesses
from app.support.calls.rules import GUESSES, GUESSES_WINDOW


def count_guess(tx: Transaction, agent_id: str) -> None:
    """Count one more try of an agent's; commit before comparing. Raises RATE_LIMITED."""
    row, ends_at = CallCodeGuesses, tx.now + GUESSES_WINDOW
    new = tx.insertion(row, agent_id=agent_id, used=1, window_ends_at=ends_at)
    over = row.window_ends_at <= tx.now
    counted = tx.scalar(
        new.on_conflict_do_update(
            index_elements=[row.agent_id],
            set_={
                "used": sa.case((over, 1), else_=row.used + 1),
                "window_ends_at": sa.case(
                    (over, new.excluded.window_ends_at), else_=row.window_ends_at
                ),
            },
            where=sa.or_(over, row.used < GUESSES),
        ).returning(row.used)
    )
    if counted is None:
        ends_at = tx.scalars(sa.select(row.window_ends_at).where(row.agent_id == agent_id)).one()
        limit = RateLimit("call_codes", GUESSES, int(GUESSES_WINDOW.total_seconds()))
        raise RATE_LIMITED(retry_after=seconds_until(ends_at, tx.now), limit=limit)


def uncount_guess(tx: Transaction, agent_id: str) -> None:
    """The try was right, so it is none of the wrong ones."""
    row = CallCodeGuesses
    tx.change(
        sa.update(row).where(row.agent_id == agent_id, row.used > 0).values(used=row.used - 1)
    )
