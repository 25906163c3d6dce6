"""A mail that was received becomes a message of its case, opens one, or waits in quarantine."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.audit.rules import SYSTEM, Act
from app.core.database import Transaction
from app.core.sealing import BrokenSealError
from app.support.conversations.message_masking import mask_message
from app.support.conversations.recording import add_note, announce, take_conversation
from app.support.dependencies import SupportDependencies
from app.support.mailroom.filing import Words, file_mail
from app.support.mailroom.judging import objection_to
from app.support.mailroom.letters import Letter, UnreadableMailError, read_letter
from app.support.mailroom.matching import find_case
from app.support.mailroom.models import HeardMail, MailCase, SupportMail
from app.support.mailroom.operations.receive_mail import mail_seal
from app.support.mailroom.rules import (
    FLOOD_WINDOW,
    MAILS_AN_HOUR,
    MailStatus,
    QuarantineReason,
)
from app.support.mailroom.tokens import CaseTokens
from app.support.mailroom.wording import message_text


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a mail, and of which conversation it is now."""

    status: MailStatus
    conversation_id: str | None = None
    reason: QuarantineReason | None = None


def sort_mail(deps: SupportDependencies, mail_id: str) -> None:
    """Sort a mail, once: what was sorted stays as it is. Nothing that is in it makes this fail."""
    with deps.database.snapshot() as tx:
        mail = tx.get(SupportMail, mail_id)
    if mail is None or mail.status != MailStatus.RECEIVED or mail.sealed_content is None:
        return
    letter = _open(deps, mail)
    with deps.database.transaction() as tx:
        taken = tx.scalars(
            sa.select(SupportMail)
            .where(SupportMail.id == mail_id, SupportMail.status == MailStatus.RECEIVED)
            .with_for_update()
        ).one_or_none()
        if taken is not None:
            _settle(tx, deps, taken, letter)


def _open(deps: SupportDependencies, mail: SupportMail) -> Letter | None:
    try:
        content = mail_seal(deps.keys).open(mail.sealed_content or "", mail.id)
        return read_letter(content.encode("latin-1"))
    except (BrokenSealError, UnreadableMailError):
        return None


def _settle(
    tx: Transaction, deps: SupportDependencies, mail: SupportMail, letter: Letter | None
) -> None:
    fate = Fate(MailStatus.QUARANTINED, reason=QuarantineReason.UNREADABLE)
    if letter is not None:
        _describe(mail, letter)
        fate = _fate(tx, deps, mail, letter)
    mail.sealed_content = None
    mail.status, mail.reason = fate.status, fate.reason
    mail.conversation_id = fate.conversation_id
    if fate.status is MailStatus.QUARANTINED:
        if letter is not None:
            mail.subject, mail.text = mask_message(letter.subject), message_text(letter)
        tx.flush()
        deps.audit.record(tx, _quarantined(mail))


def _describe(mail: SupportMail, letter: Letter) -> None:
    mail.message_id = letter.message_id
    mail.locale = letter.locale
    if letter.sender is not None:
        mail.sender, mail.sender_key = letter.sender.value, letter.sender.key


def _quarantined(mail: SupportMail) -> Act:
    return Act(
        actor=SYSTEM, action="quarantine_mail", subject=mail.id, detail={"reason": mail.reason}
    )


def _fate(tx: Transaction, deps: SupportDependencies, mail: SupportMail, letter: Letter) -> Fate:
    """Decide, and do what was decided. Of mails that are the same, the first has the effect."""
    reason = objection_to(letter, mail.envelope_sender)
    case = find_case(tx, CaseTokens(deps.keys), letter, mail.recipients)
    if reason is None and case is not None and letter.sender is not None:
        reason = None if letter.sender.key == case.address_key else QuarantineReason.UNVERIFIED
    if not tx.insert_missing(
        HeardMail, digest=_digest(deps, mail, letter, reason), mail_id=mail.id
    ):
        return Fate(MailStatus.DUPLICATE)
    if reason is None and _too_many(tx, mail):
        reason = QuarantineReason.TOO_MANY
    if reason is None and letter.is_automatic:
        return _note(tx, deps, case, letter)
    if reason is not None:
        return Fate(MailStatus.QUARANTINED, reason=reason)
    words = Words(letter.subject, message_text(letter), letter.locale)
    return Fate(MailStatus.ACCEPTED, file_mail(tx, deps, case, mail, words))


def _digest(
    deps: SupportDependencies,
    mail: SupportMail,
    letter: Letter,
    reason: QuarantineReason | None,
) -> str:
    """What makes two mails the same: the Message-ID, or all that was said; from the same, with the same right.

    A stranger who uses somebody's Message-ID before them takes nothing away from them.
    """
    said = letter.message_id or f"{letter.subject}\n{letter.whole_text}\n{letter.attachments}"
    parts = (said, mail.sender_key or "", reason or "")
    return deps.keys.fingerprint("heard-mail", "\x1f".join(parts))


def _too_many(tx: Transaction, mail: SupportMail) -> bool:
    accepted = sa.select(sa.func.count()).where(
        SupportMail.sender_key == mail.sender_key,
        SupportMail.status == MailStatus.ACCEPTED,
        SupportMail.created_at > tx.now - FLOOD_WINDOW,
    )
    return tx.scalars(accepted).one() >= MAILS_AN_HOUR


def _note(
    tx: Transaction, deps: SupportDependencies, case: MailCase | None, letter: Letter
) -> Fate:
    """A machine's mail opens no case and moves none; in a case it is left as a note."""
    if case is None:
        return Fate(MailStatus.QUARANTINED, reason=QuarantineReason.AUTOMATIC)
    conversation = take_conversation(tx, case.conversation_id)
    note = add_note(tx, conversation.id, None, message_text(letter))
    announce(tx, deps, conversation, "note_created", note_id=note.id, by=SYSTEM)
    return Fate(MailStatus.NOTED, conversation.id)
