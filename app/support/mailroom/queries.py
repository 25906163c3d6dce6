"""Reading the mailroom."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.errors import existing
from app.core.pagination import Page, PageRequest, fetch_page
from app.support.mailroom.errors import MAIL_ALREADY_DISCARDED, MAIL_ALREADY_RELEASED
from app.support.mailroom.models import SupportMail
from app.support.mailroom.rules import MailStatus

_WAITING = (SupportMail.status == MailStatus.QUARANTINED, SupportMail.discarded_at.is_(None))


@dataclass(frozen=True, slots=True)
class Waits:
    """How many mails wait in quarantine, and since when the oldest does."""

    count: int
    oldest: datetime | None


def list_quarantined(tx: Transaction, page: PageRequest) -> Page[SupportMail]:
    """Mails that wait for somebody to look at them, newest first."""
    query = sa.select(SupportMail).where(*_WAITING)
    return fetch_page(tx, query, page, at=SupportMail.created_at, row_id=SupportMail.id)


def quarantine_waits(tx: Transaction) -> Waits:
    """What waits in quarantine, as a number and an age."""
    query = sa.select(sa.func.count(), sa.func.min(SupportMail.created_at)).where(*_WAITING)
    count, oldest = tx.execute(query).one()
    return Waits(count, oldest)


def take_quarantined(tx: Transaction, mail_id: str) -> SupportMail:
    """A mail that waits in quarantine, locked until the transaction ends.

    Raises NOT_FOUND, and MAIL_ALREADY_RELEASED or MAIL_ALREADY_DISCARDED for one that waits no longer.
    """
    query = sa.select(SupportMail).where(SupportMail.id == mail_id, SupportMail.reason.is_not(None))
    mail = existing(tx.scalars(query.with_for_update()).one_or_none())
    if mail.status == MailStatus.RELEASED:
        raise MAIL_ALREADY_RELEASED()
    if mail.discarded_at is not None:
        raise MAIL_ALREADY_DISCARDED()
    return mail
