"""A user begins a conversation: the first message is its number one."""

from dataclasses import dataclass

from app.core.http.call import Principal
from app.core.idempotency import KeyInUse
from app.core.locale import Locale
from app.payments.queries import own_instruction
from app.payments.rules import Kind
from app.support.conversations.assigning import assign_waiting
from app.support.conversations.flooding import refuse_one_more_case, refuse_one_more_message
from app.support.conversations.models import Conversation
from app.support.conversations.recording import NewConversation, add_message, open_conversation
from app.support.conversations.rules import Author, ConversationChannel
from app.support.conversations.taking import how_taken
from app.support.dependencies import SupportDependencies


@dataclass(frozen=True, slots=True)
class FirstMessage:
    """What the user wants, by which channel, about which payment of theirs."""

    channel: ConversationChannel
    text: str
    subject: str | None = None
    payment_id: str | None = None


def start_conversation(
    deps: SupportDependencies,
    who: Principal,
    first: FirstMessage,
    locale: Locale,
    key: KeyInUse | None,
) -> Conversation:
    """Open it and say the first words; a chat is given to an agent who is free.

    Raises NOT_FOUND for a payment that isn't the caller's, RATE_LIMITED for one more than a user may have open at once
    (50), or for more messages than 300 a minute.
    """
    with deps.database.transaction() as tx:
        if first.payment_id is not None:
            own_instruction(tx, who.id, Kind.PAYMENT, first.payment_id)
        refuse_one_more_case(tx, who.id)
        refuse_one_more_message(tx, who.id)
        taken = how_taken(first.channel, tx.now, deps.timezone)
        new = NewConversation(
            channel=taken.channel,
            user_id=who.id,
            subject=first.subject,
            payment_id=first.payment_id,
            locale=locale,
            session_id=who.session_id,
            promised_reply_at=taken.promised_reply_at,
            came_by=first.channel,
        )
        conversation = open_conversation(tx, deps, new)
        add_message(tx, deps, conversation.id, Author.USER, first.text)
        if key is not None:
            key.claim(tx, conversation.id)
    assign_waiting(deps)
    return conversation
