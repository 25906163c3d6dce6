"""A user says something in an own conversation."""

from app.audit.refusals import REFUSED, record_sparingly
from app.audit.rules import Act
from app.core.errors import Refusal
from app.core.idempotency import KeyInUse
from app.support.conversations.assigning import assign_waiting
from app.support.conversations.errors import CONVERSATION_CLOSED
from app.support.conversations.flooding import refuse_one_more_message
from app.support.conversations.models import Message
from app.support.conversations.queries import own_conversation
from app.support.conversations.recording import add_message
from app.support.conversations.rules import Author
from app.support.dependencies import SupportDependencies


def send_message(
    deps: SupportDependencies, user_id: str, conversation_id: str, text: str, key: KeyInUse | None
) -> Message:
    """Add the message; one to a resolved conversation reopens it.

    Raises NOT_FOUND, RATE_LIMITED for more than 300 a minute over all conversations, CONVERSATION_CLOSED. That somebody
    wrote into a conversation that is over is in the audit trail, without the words.
    """
    try:
        with deps.database.transaction() as tx:
            own_conversation(tx, user_id, conversation_id)
            refuse_one_more_message(tx, user_id)
            message = add_message(tx, deps, conversation_id, Author.USER, text)
            if key is not None:
                key.claim(tx, message.id)
    except Refusal as refusal:
        if refusal.error is CONVERSATION_CLOSED:
            _note_refusal(deps, user_id, conversation_id)
        raise
    assign_waiting(deps)
    return message


def _note_refusal(deps: SupportDependencies, user_id: str, conversation_id: str) -> None:
    """In a transaction of its own, since the refused one wrote nothing."""
    act = Act(
        actor=user_id,
        action=REFUSED,
        subject=conversation_id,
        customer_id=user_id,
        detail={"operation": "send_message", "code": CONVERSATION_CLOSED.code},
    )
    with deps.database.transaction() as tx:
        record_sparingly(tx, deps.audit, act)
