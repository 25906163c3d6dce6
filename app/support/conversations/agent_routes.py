"""`/internal/v1/conversations`, `events`, `canned-replies`, `me/presence`: the desk (contract, section 8)."""

from typing import Any

from app.auth.rules import Role
from app.core.errors import NOT_FOUND
from app.core.http.call import Call, Reply
from app.core.http.routes import Access, Routes
from app.core.http.streams import LAST_EVENT_ID, MEDIA, resumed_from
from app.core.pagination import Page
from app.support.conversations import queries
from app.support.conversations.agent_queries import QueueFilter
from app.support.conversations.agent_schemas import (
    AssignmentSchema,
    CannedRepliesSchema,
    CannedReplyQuerySchema,
    ConversationNoteSchema,
    DeskConversationSchema,
    EntrySchema,
    EscalationSchema,
    MergeSchema,
    NewNoteSchema,
    NewPresenceSchema,
    NewReplySchema,
    PresenceSchema,
    QueueEventsQuerySchema,
    QueueQuerySchema,
    SnoozeSchema,
    WaitSchema,
)
from app.support.conversations.desk_presenting import (
    present_desk_conversation,
    present_entry,
    present_presence,
)
from app.support.conversations.errors import (
    CONVERSATION_ALREADY_CLAIMED,
    CONVERSATION_CLOSED,
    CONVERSATION_MOVED_ON,
    CONVERSATION_STATUS_CONFLICT,
    CONVERSATIONS_NOT_MERGEABLE,
    NOBODY_TO_WRITE_TO,
)
from app.support.conversations.models import Message, Note
from app.support.conversations.operations import put_off, read_as_agent, reply_to_user
from app.support.conversations.operations.assign_conversation import assign_conversation as assign
from app.support.conversations.operations.claim_conversation import claim_conversation as claim
from app.support.conversations.operations.escalate_conversation import (
    Escalation,
)
from app.support.conversations.operations.escalate_conversation import (
    escalate_conversation as escalate,
)
from app.support.conversations.operations.follow_queue import follow_queue
from app.support.conversations.operations.merge_conversations import merge_conversations as merge
from app.support.conversations.operations.offer_canned_replies import offer_canned_replies
from app.support.conversations.operations.reopen_conversation import reopen_conversation as reopen
from app.support.conversations.operations.resolve_conversation import (
    resolve_conversation as resolve,
)
from app.support.conversations.operations.set_presence import Presence
from app.support.conversations.operations.set_presence import set_presence as say_presence
from app.support.conversations.operations.show_typing import show_typing_agent
from app.support.conversations.operations.write_note import write_note as note
from app.support.conversations.rules import PresenceStatus
from app.support.conversations.schemas import AfterSeqQuerySchema, MessageSchema
from app.support.dependencies import SupportDependencies

routes = Routes(
    "support_conversations_agents",
    prefix="/internal/v1",
    tag="Conversations",
    access=Access.AGENT,
    role=Role.AGENT,
)

_ONE = "/conversations/<conversation_id>"
_CHANGES = (CONVERSATION_CLOSED, CONVERSATION_STATUS_CONFLICT)


@routes.get(
    "/conversations",
    query=QueueQuerySchema,
    answers={200: DeskConversationSchema},
    paged=True,
    customer_query="user_id",
)
def list_conversations(deps: SupportDependencies, call: Call) -> Page[dict[str, Any]]:
    """The queue over all channels, newest first. One customer's, with `user_id`, takes a reason."""
    wanted = dict(call.query)
    if wanted.get("assigned_to") == "me":
        wanted["assigned_to"] = call.who.id
    found = read_as_agent.read_queue(
        deps, call.who, QueueFilter(**wanted), call.page, reason=call.access_reason
    )
    return found.map(present_desk_conversation)


@routes.get(_ONE, answers={200: DeskConversationSchema})
def read_conversation(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> dict[str, Any]:
    """One conversation, with its clocks."""
    return present_desk_conversation(
        read_as_agent.read_conversation(deps, call.who, conversation_id)
    )


@routes.get(f"{_ONE}/messages", query=AfterSeqQuerySchema, answers={200: EntrySchema}, paged=True)
def list_messages(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> Page[dict[str, Any]]:
    """Messages and notes, oldest first; with `after_seq` the messages behind it and the notes written since it."""
    after_seq = call.query.get("after_seq", 0)
    found = read_as_agent.read_messages(deps, call.who, conversation_id, after_seq, call.page)
    return found.map(present_entry)


@routes.post(
    f"{_ONE}/claim",
    answers={200: DeskConversationSchema},
    errors=(CONVERSATION_CLOSED, CONVERSATION_ALREADY_CLAIMED),
)
def claim_conversation(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> dict[str, Any]:
    """Take it. The first wins; again changes nothing."""
    return present_desk_conversation(claim(deps, call.who, conversation_id))


@routes.post(
    f"{_ONE}/assign",
    body=AssignmentSchema,
    answers={200: DeskConversationSchema},
    errors=(CONVERSATION_CLOSED,),
)
def assign_conversation(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> dict[str, Any]:
    """Hand it over, or back to the queue. A chat in the queue is given to an agent who is free."""
    return present_desk_conversation(assign(deps, call.who, conversation_id, call.body["agent_id"]))


def _recover_reply(
    deps: SupportDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply:
    with deps.database.snapshot() as tx:
        return Reply(201, queries.message_of_agent(tx, call.who.id, subject_id))


@routes.post(
    f"{_ONE}/messages",
    body=NewReplySchema,
    answers={201: MessageSchema},
    errors=(*_CHANGES, CONVERSATION_MOVED_ON, NOBODY_TO_WRITE_TO),
    recover=_recover_reply,
)
def reply(deps: SupportDependencies, call: Call, conversation_id: str) -> Message:
    """Answer the user. Where a colleague replied behind `last_seen_seq`, nothing is sent, and `messages` shows it.

    Who answers what nobody has is responsible from then on; the conversation waits for the user then, unless `wait_for`
    says otherwise or it waits for somebody else already.
    """
    said = reply_to_user.Reply(**call.body)
    return reply_to_user.reply_to_user(deps, call.who, conversation_id, said, call.key)


@routes.post(f"{_ONE}/notes", body=NewNoteSchema, answers={201: ConversationNoteSchema})
def write_note(deps: SupportDependencies, call: Call, conversation_id: str) -> Note:
    """Write something down for colleagues. It takes no `seq`, and users never see it."""
    return note(deps, call.who, conversation_id, call.body["text"])


@routes.post(f"{_ONE}/typing", answers={204: None}, errors=(CONVERSATION_CLOSED,), key="ignored")
def show_typing(deps: SupportDependencies, call: Call, conversation_id: str) -> None:
    """You are typing; the user is told for six seconds, and it is kept no longer."""
    show_typing_agent(deps, conversation_id)


@routes.post(
    f"{_ONE}/snooze",
    body=SnoozeSchema,
    answers={200: DeskConversationSchema},
    errors=_CHANGES,
)
def snooze_conversation(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> dict[str, Any]:
    """Put it off until a time within 30 days, or until the user writes. The clocks run on."""
    until = call.body["until"]
    return present_desk_conversation(
        put_off.snooze_conversation(deps, call.who, conversation_id, until)
    )


@routes.post(
    f"{_ONE}/wait", body=WaitSchema, answers={200: DeskConversationSchema}, errors=_CHANGES
)
def wait_for(deps: SupportDependencies, call: Call, conversation_id: str) -> dict[str, Any]:
    """Say whose turn it is. The clocks stand still while it is somebody else's; a user's message ends it."""
    return present_desk_conversation(
        put_off.wait_for(deps, call.who, conversation_id, call.body["whom"])
    )


@routes.post(
    f"{_ONE}/resolve", answers={200: DeskConversationSchema}, errors=(CONVERSATION_CLOSED,)
)
def resolve_conversation(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> dict[str, Any]:
    """Resolve it. The user's next message opens it again; after seven days it closes by itself."""
    return present_desk_conversation(resolve(deps, call.who, conversation_id))


@routes.post(
    f"{_ONE}/reopen",
    answers={200: DeskConversationSchema, 201: DeskConversationSchema},
    errors=(CONVERSATION_CLOSED,),
)
def reopen_conversation(deps: SupportDependencies, call: Call, conversation_id: str) -> Reply:
    """Open it again within seven days of its end (200); later a follow-up that names it in `follow_up_of` (201)."""
    reopened = reopen(deps, call.who, conversation_id)
    status = 201 if reopened.is_new else 200
    return Reply(status, present_desk_conversation(reopened.found))


@routes.post(
    f"{_ONE}/escalate",
    body=EscalationSchema,
    answers={200: DeskConversationSchema},
    errors=_CHANGES,
)
def escalate_conversation(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> dict[str, Any]:
    """Make it urgent, first in the queue; the reason is kept as a note, with the evidence of a payment where one is
    named. The clocks that run keep their time.
    """
    wanted = Escalation(call.body["reason"], call.body.get("payment_id"))
    return present_desk_conversation(escalate(deps, call.who, conversation_id, wanted, call.locale))


@routes.post(
    f"{_ONE}/merge",
    body=MergeSchema,
    answers={200: DeskConversationSchema},
    errors=(CONVERSATIONS_NOT_MERGEABLE,),
)
def merge_conversations(
    deps: SupportDependencies, call: Call, conversation_id: str
) -> dict[str, Any]:
    """Go on in another conversation of the same customer; this one is over, and says where."""
    return present_desk_conversation(merge(deps, call.who, conversation_id, call.body["into"]))


@routes.get(
    "/events",
    query=QueueEventsQuerySchema,
    answers={200: None},
    media=MEDIA,
    optional_headers=("Last-Event-ID",),
)
def stream_queue(deps: SupportDependencies, call: Call) -> Any:
    """Server-sent events of the queue, numbered without a gap: `ready` first, then `opened`, `message_created`,
    `status_changed`, `assigned`, `escalated`, `clock_warned`, `snoozed`, `woken`, `rated`, `note_created`,
    `customer_changed`, `call_began`, `call_ended`, each with `conversation_id` and `at`.

    They go on behind `Last-Event-ID` (else `after`), else from now; `resync` says that too much was missed, so that the
    queue has to be read anew. `typing` (`{conversation_id, author, seconds}`), `presence` (`{agent_id, status}`) and
    `customer_presence` (`{conversation_id, status}`: whether the user has it open) carry no id. An open stream is your
    heartbeat.
    """
    given = call.headers.get(LAST_EVENT_ID) or "after" in call.query
    after = resumed_from(call.headers, call.query.get("after", 0)) if given else None
    return deps.streams.respond(follow_queue(deps, call.who, after), call.who.id)


@routes.put("/me/presence", body=NewPresenceSchema, answers={200: PresenceSchema})
def set_presence(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Say whether you are there; say it again at least every 45 s of real time, or keep a stream of the queue open.

    Chats are given to who is `online`. Who goes `offline`, signs out or drops gives theirs back; what is
    claimed or handed over without presence stays.
    """
    body = call.body
    said = Presence(PresenceStatus(body["status"]), body.get("languages"), body.get("capacity"))
    return present_presence(say_presence(deps, call.who, said))


@routes.get(
    "/canned-replies",
    query=CannedReplyQuerySchema,
    answers={200: CannedRepliesSchema},
    errors=(NOT_FOUND,),
)
def list_canned_replies(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """Replies that are sent often; with `conversation_id` filled: amount, reference, promised times, masked name.

    Of a conversation about a payment only those whose statement is true of it.
    """
    asked = call.query
    return {
        "data": offer_canned_replies(
            deps, call.who, asked.get("conversation_id"), asked.get("locale")
        )
    }
