"""What a conversation's course does to its clocks. They listen to it, so that no operation has to think of them."""

from collections.abc import Callable, Mapping
from typing import Final

from app.core.database import Transaction
from app.core.events import Event, Listener
from app.support.clocks import keeping
from app.support.clocks.rules import ClockKind
from app.support.conversations.models import Conversation
from app.support.conversations.rules import Author
from app.support.dependencies import SupportDependencies

_Act = Callable[[Transaction, SupportDependencies, str, ClockKind], None]

_FIRST, _SOLUTION, _PROMISE = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION, ClockKind.PROMISE
_RUNS: Final[tuple[tuple[_Act, ClockKind], ...]] = (
    (keeping.resume, _FIRST),
    (keeping.resume, _SOLUTION),
)
_WAITS: Final[tuple[tuple[_Act, ClockKind], ...]] = (
    (keeping.pause, _FIRST),
    (keeping.pause, _SOLUTION),
)
_OVER: Final = frozenset({"resolved", "closed"})
_ENDS: Final[tuple[tuple[_Act, ClockKind], ...]] = tuple(
    (keeping.cancel, kind) for kind in ClockKind
)
ON_STATUS: Final[Mapping[str, tuple[tuple[_Act, ClockKind], ...]]] = {
    "new": _RUNS,
    "open": _RUNS,
    "waiting_user": _WAITS,
    "waiting_third_party": _WAITS,
    "waiting_approval": _WAITS,
    "resolved": ((keeping.meet, _FIRST), (keeping.meet, _SOLUTION), (keeping.meet, _PROMISE)),
    "closed": _ENDS,
    "merged": _ENDS,
}
"""To solve a case is an answer too; what is closed or merged unanswered counts neither way."""


def follow_conversations(deps: SupportDependencies) -> Listener:
    """A listener of core.events that lets the clocks follow, in the transaction of what happened."""
    followed: Final = {
        "conversation.opened": _follow_opening,
        "conversation.status_changed": _follow_status,
        "conversation.message_created": _follow_message,
        "conversation.call_began": _follow_call,
    }

    def listen(tx: Transaction, event: Event) -> None:
        if event.type in followed:
            followed[event.type](tx, deps, event)

    return listen


def _follow_opening(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    begin_clocks(tx, deps, tx.get_one(Conversation, event.subject_id), event.data["came_by"])


def _follow_status(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """A case that was over and is open again has the whole time for its solution once more."""
    status = event.data["status"]
    if event.data["before"] in _OVER and status == "open":
        conversation = tx.get_one(Conversation, event.subject_id)
        _start(tx, deps, conversation, _SOLUTION, conversation.channel)
        return
    if status == "merged":
        _hand_over(tx, deps, event.subject_id)
    for act, kind in ON_STATUS[status]:
        act(tx, deps, event.subject_id, kind)


def _hand_over(tx: Transaction, deps: SupportDependencies, conversation_id: str) -> None:
    """Who was promised an answer gets it in the case in which theirs goes on."""
    source = tx.get_one(Conversation, conversation_id)
    if source.merged_into is None:
        return
    target = tx.get_one(Conversation, source.merged_into)
    due_at = keeping.hand_over_promise(tx, deps, source.id, target.id, channel=source.channel)
    target.promised_reply_at = due_at or target.promised_reply_at


def _follow_message(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """An agent's message is the first answer, and keeps what was promised."""
    if event.data["author"] == Author.AGENT:
        _answer(tx, deps, event.subject_id)


def _follow_call(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """So is a call that somebody picked up; where we called first, nobody waited for an answer."""
    if event.data["answers"]:
        _answer(tx, deps, event.subject_id)
    elif event.data["opened"]:
        keeping.cancel(tx, deps, event.subject_id, _FIRST)


def _answer(tx: Transaction, deps: SupportDependencies, conversation_id: str) -> None:
    keeping.meet(tx, deps, conversation_id, _FIRST)
    keeping.meet(tx, deps, conversation_id, _PROMISE)


def begin_clocks(
    tx: Transaction, deps: SupportDependencies, conversation: Conversation, came_by: str
) -> None:
    """Start the clocks of a conversation that was just written (flushed), that of what its user was promised too.

    `came_by` is the channel by which the user came, which for a chat outside hours isn't that of the case.
    """
    _start(tx, deps, conversation, _FIRST, came_by)
    _start(tx, deps, conversation, _SOLUTION, conversation.channel)
    promised_at = conversation.promised_reply_at
    if promised_at is not None:
        keeping.promise(tx, deps, conversation.id, promised_at, channel=came_by)


def _start(
    tx: Transaction,
    deps: SupportDependencies,
    conversation: Conversation,
    kind: ClockKind,
    channel: str,
) -> None:
    keeping.start(tx, deps, conversation.id, kind, channel=channel, priority=conversation.priority)
