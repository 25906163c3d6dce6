"""A supervisor says that a mail in quarantine is nothing for us."""

from app.audit.rules import Act
from app.support.dependencies import SupportDependencies
from app.support.mailroom.models import SupportMail
from app.support.mailroom.queries import take_quarantined


def discard_mail(deps: SupportDependencies, agent_id: str, mail_id: str) -> SupportMail:
    """Forget what it said and let it wait no longer; whom it claimed to be from, and why it waited, stays.

    Raises NOT_FOUND, MAIL_ALREADY_RELEASED and MAIL_ALREADY_DISCARDED.
    """
    with deps.database.transaction() as tx:
        mail = take_quarantined(tx, mail_id)
        mail.discarded_at, mail.text, mail.subject = tx.now, None, None
        tx.flush()
        deps.audit.record(
            tx,
            Act(
                actor=agent_id,
                action="discard_mail",
                subject=mail.id,
                fields=("subject", "text"),
                detail={"reason": mail.reason},
            ),
        )
    return mail
