"""Whether a mail may become a message by itself. Pure."""

from app.auth.identifiers import Identifier
from app.support.mailroom.domains import is_same_house
from app.support.mailroom.letters import Letter
from app.support.mailroom.rules import SUPPORT_DOMAIN, QuarantineReason


def objection_to(letter: Letter, envelope_sender: str) -> QuarantineReason | None:
    """What keeps a mail from being taken for its sender's words, whatever case it belongs to.

    Without SPF or DKIM the one thing to check is that the envelope, which the sender's server vouches for, comes from
    the house that the letter claims (`domains.py`); that makes nobody more than a claim (L1).
    """
    if letter.sender is None:
        return QuarantineReason.NO_SENDER
    if _domain(letter.sender) == SUPPORT_DOMAIN:
        return QuarantineReason.OWN_ADDRESS
    if not envelope_sender:
        return QuarantineReason.BOUNCE
    if not is_same_house(_domain(letter.sender), envelope_sender.rpartition("@")[2].lower()):
        return QuarantineReason.UNVERIFIED
    return None


def _domain(sender: Identifier) -> str:
    return sender.key.rpartition("@")[2]
