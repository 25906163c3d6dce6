"""Putting a mail's words into its case, in the caller's transaction."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.locale import Locale
from app.support.channels import channel_named
from app.support.conversations.models import Conversation
from app.support.conversations.recording import NewConversation, add_message, open_conversation
from app.support.conversations.rules import TAKES_MESSAGES, Author, ConversationChannel
from app.support.dependencies import SupportDependencies
from app.support.mailroom.models import MailCase, SupportMail
from app.support.mailroom.outgoing import acknowledge


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says; it is masked where it is kept."""

    subject: str | None
    text: str
    locale: Locale


def file_mail(
    tx: Transaction,
    deps: SupportDependencies,
    case: MailCase | None,
    mail: SupportMail,
    words: Words,
) -> str:
    """Add a mail to its case, or to a new one that follows a closed case, or follows none; returns the conversation."""
    previous = None if case is None else _latest(tx, case.conversation_id)
    if previous is not None and previous.status in TAKES_MESSAGES:
        add_message(tx, deps, previous.id, Author.USER, words.text)
        return previous.id
    return open_case(tx, deps, mail, words, follow_up_of=previous.id if previous else None)


def open_case(
    tx: Transaction,
    deps: SupportDependencies,
    mail: SupportMail,
    words: Words,
    *,
    follow_up_of: str | None = None,
    acknowledged: bool = True,
) -> str:
    """A conversation with whoever wrote, who is nobody that we know: `From` is a claim. Returns its id.

    The mail has a sender.
    """
    by = channel_named("email").promised_reply_at(tx.now, deps.timezone)
    conversation = open_conversation(
        tx,
        deps,
        NewConversation(
            channel=ConversationChannel.EMAIL,
            user_id=None,
            subject=words.subject or None,
            locale=words.locale,
            promised_reply_at=by,
            follow_up_of=follow_up_of,
        ),
    )
    case = MailCase(
        conversation_id=conversation.id, address=mail.sender, address_key=mail.sender_key
    )
    tx.add(case)
    mail.conversation_id = conversation.id
    tx.flush()
    add_message(tx, deps, conversation.id, Author.USER, words.text)
    if acknowledged:
        acknowledge(tx, deps, case, words.locale, by)
    return conversation.id


def _latest(tx: Transaction, conversation_id: str) -> Conversation:
    """The conversation or, where it is over, the last of those that followed it."""
    conversation = tx.get_one(Conversation, conversation_id)
    while conversation.status not in TAKES_MESSAGES:
        following = tx.scalars(
            sa.select(Conversation)
            .join(MailCase, MailCase.conversation_id == Conversation.id)
            .where(Conversation.follow_up_of == conversation.id)
            .order_by(Conversation.created_at.desc())
            .limit(1)
        ).one_or_none()
        if following is None:
            break
        conversation = following
    return conversation
