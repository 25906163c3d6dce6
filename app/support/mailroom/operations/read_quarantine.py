"""An agent looks at the mails that wait; the look is in the audit trail first."""

from app.audit.rules import Act
from app.core.pagination import Page, PageRequest
from app.support.dependencies import SupportDependencies
from app.support.mailroom.models import SupportMail
from app.support.mailroom.queries import list_quarantined


def read_quarantine(
    deps: SupportDependencies, agent_id: str, page: PageRequest
) -> Page[SupportMail]:
    """Mails in quarantine, newest first."""
    with deps.database.transaction() as tx:
        found = list_quarantined(tx, page)
        deps.audit.record(
            tx,
            Act(
                actor=agent_id,
                action="list_quarantined_mails",
                fields=("sender", "subject", "text"),
            ),
        )
    return found
