"""Note that what was asked in vain is dealt with: an article was written, or a word was added."""

import sqlalchemy as sa

from app.audit.rules import Act
from app.support.dependencies import SupportDependencies
from app.support.faq.models import MissedQuery
from app.support.faq_editing.queries import read_missed


def finish_query(deps: SupportDependencies, agent_id: str, query_id: str) -> MissedQuery:
    """Take it off the list until somebody asks it in vain again. Raises NOT_FOUND; twice changes nothing."""
    with deps.database.transaction() as tx:
        finished = tx.change(
            sa.update(MissedQuery)
            .where(MissedQuery.id == query_id, MissedQuery.done_at.is_(None))
            .values(done_at=tx.now, done_by=agent_id)
        )
        missed = read_missed(tx, query_id)
        if finished:
            deps.audit.record(tx, Act(agent_id, "finish_faq_query", subject=query_id))
        return missed
