"""A supervisor says that a mail in quarantine is what it seems to be."""

from app.audit.rules import Act
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.support.conversations.models import Conversation
from app.support.conversations.recording import add_message
from app.support.conversations.rules import Author
from app.support.dependencies import SupportDependencies
from app.support.mailroom.errors import (
    MAIL_NOT_RELEASABLE,
)
from app.support.mailroom.filing import Words, open_case
from app.support.mailroom.models import MailCase, SupportMail
from app.support.mailroom.queries import take_quarantined
from app.support.mailroom.rules import MailStatus


def release_mail(
    deps: SupportDependencies, agent_id: str, mail_id: str, conversation_id: str | None
) -> SupportMail:
    """Make a message of it, in that conversation or in a new one with its sender, who gets no acknowledgement.

    Whoever takes part in the conversation stays so: answers go to the address that they went to before. Raises
    NOT_FOUND, MAIL_ALREADY_RELEASED, MAIL_ALREADY_DISCARDED, MAIL_NOT_RELEASABLE and CONVERSATION_CLOSED.
    """
    with deps.database.transaction() as tx:
        mail = take_quarantined(tx, mail_id)
        if mail.text is None:
            raise MAIL_NOT_RELEASABLE()
        words = Words(mail.subject, mail.text, "zh-CN" if mail.locale == "zh-CN" else "en")
        if conversation_id is None:
            mail.conversation_id = _open(tx, deps, mail, words)
        else:
            mail.conversation_id = _add(tx, deps, conversation_id, words)
        mail.status, mail.text, mail.subject = MailStatus.RELEASED, None, None
        tx.flush()
        deps.audit.record(tx, _released(agent_id, mail))
    return mail


def _open(tx: Transaction, deps: SupportDependencies, mail: SupportMail, words: Words) -> str:
    if mail.sender is None or mail.sender_key is None:
        raise MAIL_NOT_RELEASABLE()
    return open_case(tx, deps, mail, words, acknowledged=False)


def _add(tx: Transaction, deps: SupportDependencies, conversation_id: str, words: Words) -> str:
    if tx.get(Conversation, conversation_id) is None:
        raise NOT_FOUND()
    if tx.get(MailCase, conversation_id) is None:
        raise MAIL_NOT_RELEASABLE()
    add_message(tx, deps, conversation_id, Author.USER, words.text)
    return conversation_id


def _released(agent_id: str, mail: SupportMail) -> Act:
    return Act(
        actor=agent_id,
        action="release_mail",
        subject=mail.id,
        reason=mail.conversation_id,
        fields=("sender", "subject", "text"),
        detail={"reason": mail.reason},
    )
