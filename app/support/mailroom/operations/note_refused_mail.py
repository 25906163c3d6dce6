"""A mail was too big to be taken: that somebody tried is in the audit trail, without a word of it."""

import re
from typing import Final

from app.audit.refusals import record_sparingly
from app.audit.rules import Act
from app.core.database import piece_of_work
from app.support.conversations.message_masking import mask_message
from app.support.dependencies import SupportDependencies

REFUSED_MAIL: Final = "refuse_mail"
_DOMAIN: Final = re.compile(r"(?=.{1,100}$)[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63})+")


def note_refused_mail(deps: SupportDependencies, envelope_sender: str) -> None:
    """Keep the domain that the mail was sent from, where it looks like one and holds no long number.

    At most a few an hour for a domain, and for all together. Raises what a lost database raises.
    """
    domain = envelope_sender.rpartition("@")[2].lower()
    known = _DOMAIN.fullmatch(domain) is not None and mask_message(domain) == domain
    act = Act(
        actor="system",
        action=REFUSED_MAIL,
        subject=domain if known else None,
        detail={"code": "too_big"},
    )
    with piece_of_work(), deps.database.transaction() as tx:
        record_sparingly(tx, deps.audit, act)
