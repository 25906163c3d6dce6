"""An agent answers a user."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.database import Transaction
from app.core.http.call import Principal
from app.core.idempotency import KeyInUse
from app.support.conversations.acting import note_act
from app.support.conversations.assigning import give
from app.support.conversations.errors import CONVERSATION_MOVED_ON, NOBODY_TO_WRITE_TO
from app.support.conversations.models import Conversation, Message
from app.support.conversations.presenting import message_event
from app.support.conversations.queries import messages_after
from app.support.conversations.recording import add_message, take_conversation
from app.support.conversations.rules import (
    WAITED_FOR,
    Author,
    ConversationStatus,
    can_be_written_to,
)
from app.support.dependencies import SupportDependencies

_ANSWERED = frozenset({ConversationStatus.NEW, ConversationStatus.OPEN})


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say. `last_seen_seq` is the newest message that the agent has seen; `wait_for` whose turn it is then.

    Without `wait_for` a conversation that was ours to answer waits for the user, and any other stays as it is.
    """

    text: str
    last_seen_seq: int | None = None
    wait_for: str | None = None


def reply_to_user(
    deps: SupportDependencies,
    who: Principal,
    conversation_id: str,
    reply: Reply,
    key: KeyInUse | None,
) -> Message:
    """Say it; who answers what nobody has is responsible from then on.

    Raises NOT_FOUND, CONVERSATION_CLOSED, and CONVERSATION_MOVED_ON (with `messages` and `last_seq`) where a colleague
    has replied since `last_seen_seq`: nothing is sent then. So it is with NOBODY_TO_WRITE_TO, while nobody knows who
    called.
    """
    with deps.database.transaction() as tx:
        conversation = take_conversation(tx, conversation_id)
        if not can_be_written_to(conversation.channel, conversation.user_id):
            raise NOBODY_TO_WRITE_TO()
        missed = _missed(tx, conversation, who, reply)
        if not missed:
            if conversation.assigned_to is None:
                give(tx, deps, conversation, who.id)
            message = _add(tx, deps, who, conversation, reply)
            if key is not None:
                key.claim(tx, message.id)
            note_act(tx, deps, who, "reply_to_user", conversation, detail={"seq": message.seq})
            return message
        # What is shown with the refusal is a look at the customer's words.
        note_act(tx, deps, who, "read_messages", conversation, fields=("messages",))
        last_seq = conversation.last_seq
    shown = [message_event(it) for it in missed]
    raise CONVERSATION_MOVED_ON(messages=shown, last_seq=last_seq)


def _missed(
    tx: Transaction, conversation: Conversation, who: Principal, reply: Reply
) -> Sequence[Message]:
    """What came since the agent looked, if a colleague's reply is among it."""
    if reply.last_seen_seq is None or reply.last_seen_seq >= conversation.last_seq:
        return []
    later = messages_after(tx, conversation.id, reply.last_seen_seq)
    by_others = (it for it in later if it.author == Author.AGENT and it.agent_id != who.id)
    return later if any(by_others) else []


def _add(
    tx: Transaction,
    deps: SupportDependencies,
    who: Principal,
    conversation: Conversation,
    reply: Reply,
) -> Message:
    then = None if reply.wait_for is None else WAITED_FOR[reply.wait_for]
    if then is None and conversation.status in _ANSWERED:
        then = ConversationStatus.WAITING_USER
    return add_message(
        tx, deps, conversation.id, Author.AGENT, reply.text, agent_id=who.id, then=then
    )
