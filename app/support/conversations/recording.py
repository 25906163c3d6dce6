"""Opening conversations and adding messages inside a transaction, for every room of the desk.

The conversation's row is locked first and the audit trail written last, so that two transactions never wait for each
other. Who may do what, the operations decide.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core import jobs
from app.core.database import Transaction
from app.core.errors import existing
from app.core.events import Event
from app.core.ids import new_id
from app.core.locale import DEFAULT_LOCALE, Locale
from app.support.conversations.errors import CONVERSATION_CLOSED, CONVERSATION_STATUS_CONFLICT
from app.support.conversations.message_masking import mask_message
from app.support.conversations.models import Conversation, Message, Note
from app.support.conversations.requiring import require_takes_messages
from app.support.conversations.rules import (
    ACTIVE,
    ENDED,
    REOPENED_WITHIN,
    TRANSITIONS,
    WAITING,
    Author,
    ConversationChannel,
    ConversationStatus,
    JobKind,
    Priority,
)
from app.support.dependencies import SupportDependencies

S = ConversationStatus
_ANSWERED_BY_USER = WAITING | {S.RESOLVED}


@dataclass(frozen=True, slots=True)
class NewConversation:
    """What is known when a case is opened. `user_id` is None for a sender whom nobody has verified.

    `came_by` is how the user came where that isn't the channel: a chat that became a ticket.
    """

    channel: ConversationChannel
    user_id: str | None
    subject: str | None = None
    payment_id: str | None = None
    locale: Locale = DEFAULT_LOCALE
    session_id: str | None = None
    promised_reply_at: datetime | None = None
    follow_up_of: str | None = None
    came_by: ConversationChannel | None = None


def open_conversation(
    tx: Transaction, deps: SupportDependencies, new: NewConversation
) -> Conversation:
    """A new case without messages; the subject is masked as messages are. Announces `conversation.opened`."""
    conversation = Conversation(
        id=new_id("cnv"),
        user_id=new.user_id,
        session_id=new.session_id,
        channel=new.channel,
        status=S.NEW,
        priority=Priority.NORMAL,
        locale=new.locale,
        subject=None if new.subject is None else mask_message(new.subject),
        payment_id=new.payment_id,
        last_seq=0,
        version=1,
        promised_reply_at=new.promised_reply_at,
        follow_up_of=new.follow_up_of,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.add(conversation)
    tx.flush()
    announce(tx, deps, conversation, "opened", came_by=new.came_by or new.channel)
    return conversation


def get_conversation(tx: Transaction, conversation_id: str) -> Conversation:
    """The conversation, to be read. Raises NOT_FOUND."""
    return existing(tx.get(Conversation, conversation_id))


def take_conversation(tx: Transaction, conversation_id: str) -> Conversation:
    """The conversation, locked until the transaction ends. Raises NOT_FOUND."""
    query = sa.select(Conversation).where(Conversation.id == conversation_id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return existing(tx.scalars(locked).one_or_none())


def add_message(
    tx: Transaction,
    deps: SupportDependencies,
    conversation_id: str,
    author: Author,
    text: str,
    *,
    agent_id: str | None = None,
    then: ConversationStatus | None = None,
) -> Message:
    """Add the next message, masked, and move the conversation on; `conversation.message_created` is announced.

    A user's message opens what waited or was resolved, and wakes what was snoozed. After an agent's the conversation is
    `then`, or stays as it is; the first one is remembered. Raises NOT_FOUND, and CONVERSATION_CLOSED where it is over.
    """
    conversation = take_conversation(tx, conversation_id)
    require_takes_messages(conversation)
    conversation.last_seq += 1
    message = Message(
        id=new_id("msg"),
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author=author,
        agent_id=agent_id,
        text=mask_message(text),
        created_at=tx.now,
    )
    tx.add(message)
    if author is Author.USER:
        wake(tx, conversation)
        then = _opened_by_user(conversation)
    elif author is Author.AGENT and conversation.first_replied_at is None:
        conversation.first_replied_at = tx.now
    touch(tx, conversation)
    announce(
        tx,
        deps,
        conversation,
        "message_created",
        message_id=message.id,
        author=author,
        seq=message.seq,
    )
    if then is not None and then != conversation.status:
        move(tx, deps, conversation, then)
    return message


def hear_of_user(tx: Transaction, deps: SupportDependencies, conversation: Conversation) -> None:
    """The user is heard otherwise than by a message: what waited or was resolved is open, what was snoozed is awake."""
    wake(tx, conversation)
    then = _opened_by_user(conversation)
    if then is not None:
        move(tx, deps, conversation, then)


def _opened_by_user(conversation: Conversation) -> ConversationStatus | None:
    return S.OPEN if conversation.status in _ANSWERED_BY_USER else None


def add_note(tx: Transaction, conversation_id: str, agent_id: str | None, text: str) -> Note:
    """Keep a note for colleagues, masked; it takes no `seq`. Raises NOT_FOUND."""
    conversation = take_conversation(tx, conversation_id)
    note = Note(
        id=new_id("not"),
        conversation_id=conversation.id,
        after_seq=conversation.last_seq,
        agent_id=agent_id,
        text=mask_message(text),
        created_at=tx.now,
    )
    tx.add(note)
    touch(tx, conversation)
    return note


def move(
    tx: Transaction, deps: SupportDependencies, conversation: Conversation, to: ConversationStatus
) -> None:
    """Change the status of a conversation that this transaction has taken; announces `conversation.status_changed`.

    Raises CONVERSATION_CLOSED or CONVERSATION_STATUS_CONFLICT where TRANSITIONS don't allow it.
    """
    before = S(conversation.status)
    if to not in TRANSITIONS[before]:
        raise CONVERSATION_CLOSED() if before in ENDED else CONVERSATION_STATUS_CONFLICT()
    conversation.status = to
    conversation.closed_at = tx.now if to is S.CLOSED else None
    if to is S.RESOLVED:
        conversation.resolved_at = tx.now
    elif to is S.OPEN:
        conversation.resolved_at = None
    touch(tx, conversation)
    _schedule_after(tx, conversation, before)
    announce(tx, deps, conversation, "status_changed", before=before)


def _schedule_after(
    tx: Transaction, conversation: Conversation, before: ConversationStatus
) -> None:
    """What is due in the new state, and is not any more from the old one."""
    if conversation.status not in ACTIVE:
        wake(tx, conversation)
    if before is S.RESOLVED:
        jobs.cancel(tx, JobKind.CLOSE, conversation.id)
    if conversation.status == S.RESOLVED:
        jobs.schedule(tx, JobKind.CLOSE, conversation.id, tx.now + REOPENED_WITHIN)


def wake(tx: Transaction, conversation: Conversation) -> None:
    """End a snooze, if there is one."""
    if conversation.snoozed_until is not None:
        conversation.snoozed_until = None
        tx.flush()
        jobs.cancel(tx, JobKind.WAKE, conversation.id)


def touch(tx: Transaction, conversation: Conversation) -> None:
    """Count a change."""
    conversation.version += 1
    conversation.updated_at = tx.now
    tx.flush()


def announce(
    tx: Transaction, deps: SupportDependencies, conversation: Conversation, what: str, **data: Any
) -> None:
    """Tell listeners `conversation.<what>`: ids and states, never words."""
    state = {
        "channel": conversation.channel,
        "status": conversation.status,
        "last_seq": conversation.last_seq,
        "assigned_to": conversation.assigned_to,
    }
    deps.events.announce(
        tx, Event(f"conversation.{what}", conversation.id, conversation.user_id, state | data)
    )
