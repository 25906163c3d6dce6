"""What an agent does with a conversation: answers, notes, takes it, hands it over, puts it off, merges it, ends it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_form, read_local_moment, read_number
from app.console.once import FIELD, done_before, key_of, new_key
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.errors import VALIDATION_FAILED, Refusal, field_problem
from app.core.http.decoding import load
from app.support.conversations.agent_schemas import (
    EscalationSchema,
    MergeSchema,
    NewNoteSchema,
    NewReplySchema,
    WaitSchema,
)
from app.support.conversations.errors import CONVERSATION_MOVED_ON
from app.support.conversations.operations.assign_conversation import assign_conversation
from app.support.conversations.operations.claim_conversation import claim_conversation
from app.support.conversations.operations.escalate_conversation import (
    Escalation,
    escalate_conversation,
)
from app.support.conversations.operations.merge_conversations import merge_conversations
from app.support.conversations.operations.put_off import snooze_conversation, wait_for
from app.support.conversations.operations.reopen_conversation import reopen_conversation
from app.support.conversations.operations.reply_to_user import Reply, reply_to_user
from app.support.conversations.operations.resolve_conversation import resolve_conversation
from app.support.conversations.operations.write_note import write_note

pages = Pages()

REPLY_BOX: Final = "#reply-box"


@pages.post("/conversations/<conversation_id>/reply")
def send_reply(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> Shown | GoTo:
    """Answer the user; sent twice it is said once. Where a colleague was faster, show that first and keep the words."""
    key = key_of(deps, visit, f"/conversations/{conversation_id}/reply")
    if done_before(deps, key) is None:
        body = _reply_form(visit)
        reply = Reply(body["text"], body.get("last_seen_seq"), body.get("wait_for"))
        try:
            reply_to_user(deps.support, visit.me.principal, conversation_id, reply, key)
        except Refusal as refusal:
            if refusal.code != CONVERSATION_MOVED_ON.code:
                raise
            return _moved_on(visit, conversation_id, body, refusal.extra)
    if not visit.fragment:
        return GoTo(_page(conversation_id), says="done_sent")
    return Shown("conversations/reply_box.html", _box(conversation_id) | {"sent": True})


@pages.post("/conversations/<conversation_id>/note")
def keep_note(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """Tell colleagues; the user never sees it."""
    body = read_form(visit, NewNoteSchema)
    write_note(deps.support, visit.me.principal, conversation_id, body["text"])
    return GoTo(_page(conversation_id), says="done_noted")


@pages.post("/conversations/<conversation_id>/claim")
def claim(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """Take it."""
    claim_conversation(deps.support, visit.me.principal, conversation_id)
    return GoTo(_page(conversation_id), says="done_claimed")


@pages.post("/conversations/<conversation_id>/assign")
def assign(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """Give it to a colleague, or back to the queue."""
    agent_id = visit.word("agent_id", "") or None
    assign_conversation(deps.support, visit.me.principal, conversation_id, agent_id)
    return GoTo(_page(conversation_id), says="done_assigned")


@pages.post("/conversations/<conversation_id>/wait")
def wait(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """Say whose turn it is."""
    body = load(WaitSchema(), {"for": visit.word("for")})
    wait_for(deps.support, visit.me.principal, conversation_id, body["whom"])
    return GoTo(_page(conversation_id), says="done_waits")


@pages.post("/conversations/<conversation_id>/snooze")
def snooze(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """Put it off, by some minutes or until a time of the agent's clock."""
    until = _until(deps, visit)
    snooze_conversation(deps.support, visit.me.principal, conversation_id, until)
    return GoTo(_page(conversation_id), says="done_snoozed")


@pages.post("/conversations/<conversation_id>/resolve")
def resolve(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """The trouble is over."""
    resolve_conversation(deps.support, visit.me.principal, conversation_id)
    return GoTo(_page(conversation_id), says="done_resolved")


@pages.post("/conversations/<conversation_id>/reopen")
def reopen(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """It is not over after all; after seven days a follow-up is opened instead."""
    reopened = reopen_conversation(deps.support, visit.me.principal, conversation_id)
    says = "done_followed_up" if reopened.is_new else "done_reopened"
    return GoTo(_page(reopened.found.conversation.id), says=says)


@pages.post("/conversations/<conversation_id>/escalate")
def escalate(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """Make it urgent, with a reason that colleagues read."""
    body = read_form(visit, EscalationSchema)
    wanted = Escalation(body["reason"], body.get("payment_id"))
    escalate_conversation(deps.support, visit.me.principal, conversation_id, wanted, visit.locale)
    return GoTo(_page(conversation_id), says="done_escalated")


@pages.post("/conversations/<conversation_id>/merge")
def merge(deps: ConsoleDependencies, visit: Visit, conversation_id: str) -> GoTo:
    """Go on in another case of the same customer, whose page comes next; this one is over and says where."""
    body = read_form(visit, MergeSchema)
    merge_conversations(deps.support, visit.me.principal, conversation_id, body["into"])
    return GoTo(_page(body["into"]), says="done_merged")


def _page(conversation_id: str) -> str:
    return f"/conversations/{conversation_id}"


def _reply_form(visit: Visit) -> dict[str, Any]:
    """The reply as the API reads it; what a page says in a form is text."""
    typed: dict[str, Any] = {"text": visit.form.get("text", "")}
    seen = visit.word("last_seen_seq", "")
    if seen:
        typed["last_seen_seq"] = read_number(seen, "/last_seen_seq")
    if visit.word("wait_for", ""):
        typed["wait_for"] = visit.word("wait_for")
    return load(NewReplySchema(), typed)


def _box(conversation_id: str) -> dict[str, Any]:
    return {"id": conversation_id, FIELD: new_key()}


def _moved_on(
    visit: Visit, conversation_id: str, body: Mapping[str, Any], came: Mapping[str, Any]
) -> Shown:
    """The box again: what came meanwhile, and the words that were not sent."""
    values = {"draft": body["text"], "then": body.get("wait_for", ""), "missed": came["messages"]}
    seen = {"last_seq": came["last_seq"]}
    return Shown(
        "conversations/reply_box.html",
        _box(conversation_id) | values | seen,
        status=CONVERSATION_MOVED_ON.status,
        into=REPLY_BOX,
    )


def _until(deps: ConsoleDependencies, visit: Visit) -> datetime:
    """When it is to come back. Raises VALIDATION_FAILED for what is neither minutes nor a time."""
    at = read_local_moment(visit.word("until", ""), deps.support.timezone, "/until")
    if at is not None:
        return at
    minutes = read_number(visit.word("minutes", ""), "/minutes")
    try:
        with deps.database.snapshot() as tx:
            return tx.now + timedelta(minutes=minutes)
    except OverflowError:
        raise VALIDATION_FAILED(errors=[field_problem("/until", "invalid_value")]) from None
