"""Which case a mail belongs to, by what its sender can only have from us; never by the words of its subject."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.core.database import Transaction
from app.support.conversations.models import Conversation
from app.support.conversations.rules import ConversationStatus
from app.support.mailroom.letters import Letter
from app.support.mailroom.models import MailCase, SupportMail
from app.support.mailroom.tokens import CaseTokens


def find_case(
    tx: Transaction, tokens: CaseTokens, letter: Letter, recipients: list[str]
) -> MailCase | None:
    """The case, by the first of these that names one (support.md, "E-mail").

    The signed address; In-Reply-To, then References from newest to oldest; a token in the text; one in the subject. A
    case that was merged is the one it was merged into. Who wrote is not looked at.
    """
    for conversation_id in _named(tx, tokens, letter, recipients):
        case = _case(tx, conversation_id)
        if case is not None:
            return case
    return None


def _named(
    tx: Transaction, tokens: CaseTokens, letter: Letter, recipients: list[str]
) -> Iterator[str]:
    yield from tokens.conversations_in(" ".join([*recipients, letter.recipients]))
    yield from _by_message_id(tx, [*letter.in_reply_to, *reversed(letter.references)])
    yield from tokens.conversations_in(letter.whole_text)
    yield from tokens.conversations_in(letter.subject)


def _by_message_id(tx: Transaction, message_ids: list[str]) -> Iterator[str]:
    """The conversations of mails that we sent or received, in the order of the ids."""
    if not message_ids:
        return
    found = tx.execute(
        sa.select(SupportMail.message_id, SupportMail.conversation_id)
        .where(
            SupportMail.message_id.in_(message_ids),
            SupportMail.conversation_id.is_not(None),
        )
        .order_by(SupportMail.created_at.desc())
    )
    by_id = {row.message_id: row.conversation_id for row in found}  # of two, the first that came
    for message_id in message_ids:
        conversation_id = by_id.get(message_id)
        if conversation_id is not None:
            yield conversation_id


def _case(tx: Transaction, conversation_id: str) -> MailCase | None:
    conversation = tx.get(Conversation, conversation_id)
    while conversation is not None and conversation.status == ConversationStatus.MERGED:
        conversation = tx.get(Conversation, conversation.merged_into)
    return None if conversation is None else tx.get(MailCase, conversation.id)
