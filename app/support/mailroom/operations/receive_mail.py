"""A mail arrives: it is durable before the other side hears 250."""

from collections.abc import Sequence

from app.core import jobs
from app.core.database import piece_of_work
from app.core.ids import new_id
from app.core.sealing import Seal
from app.core.security import KeyRing
from app.support.dependencies import SupportDependencies
from app.support.mailroom.models import SupportMail
from app.support.mailroom.rules import JobKind, MailDirection, MailStatus


def receive_mail(
    deps: SupportDependencies, envelope_sender: str, recipients: Sequence[str], content: bytes
) -> str:
    """Keep a mail as it came, sealed, and have it sorted; returns its id. Raises what a lost database raises."""
    mail_id = new_id("mail")
    sealed = mail_seal(deps.keys).close(content.decode("latin-1"), mail_id)
    with piece_of_work(), deps.database.transaction() as tx:
        tx.add(
            SupportMail(
                id=mail_id,
                direction=MailDirection.IN,
                status=MailStatus.RECEIVED,
                envelope_sender=envelope_sender,
                recipients=list(recipients),
                sealed_content=sealed,
                created_at=tx.now,
            )
        )
        tx.flush()
        jobs.schedule(tx, JobKind.SORT, mail_id, tx.now)
    return mail_id


def mail_seal(keys: KeyRing) -> Seal:
    """What closes mails that nobody has masked yet."""
    return Seal(keys.derive("mail-content"))
