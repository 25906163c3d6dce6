"""`/v1/support/conversations`: chats and tickets, for users (contract, section 7)."""

from typing import Any

from app.core.errors import NOT_FOUND, RATE_LIMITED
from app.core.http.call import Call, Reply
from app.core.http.routes import Routes
from app.core.http.streams import MEDIA, resumed_from
from app.core.pagination import Page
from app.support.conversations import queries
from app.support.conversations.errors import CONVERSATION_CLOSED
from app.support.conversations.models import Conversation, Message
from app.support.conversations.operations.close_conversation import close_conversation as close
from app.support.conversations.operations.follow_conversation import follow_conversation as follow
from app.support.conversations.operations.rate_conversation import rate_conversation as rate
from app.support.conversations.operations.send_message import send_message as send
from app.support.conversations.operations.show_typing import show_typing_user
from app.support.conversations.operations.start_conversation import FirstMessage
from app.support.conversations.operations.start_conversation import start_conversation as start
from app.support.conversations.presenting import transcript
from app.support.conversations.rules import ConversationChannel
from app.support.conversations.schemas import (
    AfterSeqQuerySchema,
    ConversationQuerySchema,
    ConversationSchema,
    MessageSchema,
    NewConversationSchema,
    NewMessageSchema,
    NewRatingSchema,
)
from app.support.dependencies import SupportDependencies

routes = Routes("support_conversations", prefix="/v1/support/conversations", tag="Support")


def _recover_conversation(
    deps: SupportDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply:
    with deps.database.snapshot() as tx:
        return Reply(201, queries.own_conversation(tx, call.user_id, subject_id))


def _recover_message(
    deps: SupportDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply:
    with deps.database.snapshot() as tx:
        return Reply(201, queries.message_of_user(tx, call.user_id, subject_id))


@routes.post(
    "",
    body=NewConversationSchema,
    answers={201: ConversationSchema},
    errors=(NOT_FOUND, RATE_LIMITED),
    recover=_recover_conversation,
)
def start_conversation(deps: SupportDependencies, call: Call) -> Conversation:
    """Begin a conversation with `message`, which gets number 1.

    A `chat` outside the chat's hours is taken as a `ticket`; `promised_reply_at` is by when it is answered.
    A user has 50 open at once at most: close one, or wait until one is over.
    """
    body = call.body
    first = FirstMessage(
        channel=ConversationChannel(body["channel"]),
        text=body["message"],
        subject=body.get("subject"),
        payment_id=body.get("payment_id"),
    )
    return start(deps, call.who, first, call.locale, call.key)


@routes.get("", query=ConversationQuerySchema, answers={200: ConversationSchema}, paged=True)
def list_conversations(deps: SupportDependencies, call: Call) -> Page[Conversation]:
    """The caller's conversations, newest first."""
    with deps.database.snapshot() as tx:
        return queries.list_own(tx, call.user_id, call.query.get("status"), call.page)


@routes.get("/<conversation_id>", answers={200: ConversationSchema})
def read_conversation(deps: SupportDependencies, call: Call, conversation_id: str) -> Conversation:
    """One conversation."""
    with deps.database.snapshot() as tx:
        return queries.own_conversation(tx, call.user_id, conversation_id)


@routes.get(
    "/<conversation_id>/messages",
    query=AfterSeqQuerySchema,
    answers={200: MessageSchema},
    paged=True,
)
def list_messages(deps: SupportDependencies, call: Call, conversation_id: str) -> Page[Message]:
    """Its messages, oldest first, those behind `after_seq`. Numbers have no gap."""
    with deps.database.snapshot() as tx:
        queries.own_conversation(tx, call.user_id, conversation_id)
        return queries.list_messages(tx, conversation_id, call.query.get("after_seq", 0), call.page)


@routes.post(
    "/<conversation_id>/messages",
    body=NewMessageSchema,
    answers={201: MessageSchema},
    errors=(CONVERSATION_CLOSED, RATE_LIMITED),
    recover=_recover_message,
)
def send_message(deps: SupportDependencies, call: Call, conversation_id: str) -> Message:
    """Say something. Card numbers, codes and passwords are masked before it is stored.

    A message to a resolved conversation reopens it. A user says 300 a minute at most, over all conversations.
    """
    return send(deps, call.user_id, conversation_id, call.body["text"], call.key)


@routes.get(
    "/<conversation_id>/events",
    query=AfterSeqQuerySchema,
    answers={200: None, 204: None},
    media=MEDIA,
    optional_headers=("Last-Event-ID",),
)
def stream_conversation(deps: SupportDependencies, call: Call, conversation_id: str) -> Any:
    """Server-sent events: `message` with `id` (its `seq`) and `data` (as the list shows it), all from the beginning or
    behind `Last-Event-ID` (else `after_seq`), then live.

    `typing` (`{author, seconds}`), `presence` (`{agent, status}`) and `status` (`{status}`) carry no id. A comment
    comes every 15 s. The stream ends with the session, the conversation or the server; where nothing can come any more,
    the answer is 204, on which browsers don't come back. `busy`: too many streams are open, the caller's own (a quarter
    of what each process has) or everybody's.
    """
    after_seq = resumed_from(call.headers, call.query.get("after_seq", 0))
    source = follow(deps, call.who, conversation_id, after_seq)
    return Reply(204) if source is None else deps.streams.respond(source, call.user_id)


@routes.post(
    "/<conversation_id>/typing",
    answers={204: None},
    errors=(CONVERSATION_CLOSED,),
    key="ignored",
)
def show_typing(deps: SupportDependencies, call: Call, conversation_id: str) -> None:
    """You are typing; it is told for six seconds, and kept no longer."""
    show_typing_user(deps, call.user_id, conversation_id)


@routes.post("/<conversation_id>/close", answers={200: ConversationSchema})
def close_conversation(deps: SupportDependencies, call: Call, conversation_id: str) -> Conversation:
    """End it; it takes no more messages. One that is over stays as it is."""
    return close(deps, call.user_id, conversation_id)


@routes.post("/<conversation_id>/rating", body=NewRatingSchema, answers={204: None})
def rate_conversation(deps: SupportDependencies, call: Call, conversation_id: str) -> None:
    """Say how it was, at any time; the newest rating counts."""
    rate(deps, call.user_id, conversation_id, call.body["score"], call.body.get("comment"))


@routes.get("/<conversation_id>/transcript", answers={200: None}, media="text/plain")
def read_transcript(deps: SupportDependencies, call: Call, conversation_id: str) -> str:
    """The whole conversation as text, times as in your time zone."""
    with deps.database.snapshot() as tx:
        conversation = queries.own_conversation(tx, call.user_id, conversation_id)
        messages = queries.messages_after(tx, conversation_id, 0)
    return transcript(conversation, messages, deps.timezone, call.locale)
