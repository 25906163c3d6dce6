"""Reading the mailroom."""

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.pagination import Page, PageRequest, fetch_page
from app.support.mailroom.models import SupportMail
from app.support.mailroom.rules import MailStatus


def list_quarantined(tx: Transaction, page: PageRequest) -> Page[SupportMail]:
    """Mails that wait for somebody to look at them, newest first."""
    query = sa.select(SupportMail).where(SupportMail.status == MailStatus.QUARANTINED)
    return fetch_page(tx, query, page, at=SupportMail.created_at, row_id=SupportMail.id)


def take_quarantined(tx: Transaction, mail_id: str) -> SupportMail:
    """A mail that waits or waited in quarantine, locked until the transaction ends. Raises NOT_FOUND."""
    mail = tx.scalars(
        sa.select(SupportMail)
        .where(SupportMail.id == mail_id, SupportMail.reason.is_not(None))
        .with_for_update()
    ).one_or_none()
    if mail is None:
        raise NOT_FOUND()
    return mail
